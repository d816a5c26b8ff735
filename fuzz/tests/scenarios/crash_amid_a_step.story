setting   3 nodes, 55 events; writes wait for the disk; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. the oldest write of n0 is durable
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0
  4. the oldest write of n1 is durable; its vote leaves for n0
  5. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. the oldest write of n0 is durable
  7. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0
  8. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1
  9. the oldest write of n2 is durable; its vote leaves for n0
 10. the oldest write of n2 is durable; n2 acks up to 1
 11. n0 hears from n2: a vote in t1
 12. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
 13. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1
 14. the oldest write of n1 is durable; n1 acks up to 1
 15. n0 hears from n1: ack t1 up to 1
 16. the clock of n0 ticks
 17. the clock of n0 ticks
 18. n1 hears from n0: heartbeat t1 after 1@t1, commit 1; n1 commits up to 1;
     n1 acks up to 1
 19. n0 hears from n1: ack t1 up to 1
 20. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 21. n0 hears from n2: ack t1 up to 1
 22. n0 will crash in its next step, when 1 messages have left
 23. a client asks n0; n0 appends 2@t1; n0 loses a write
 24. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     appends 2@t1
 25. the oldest write of n1 is durable; n1 acks up to 2
 26. n0 starts; n0 is in t1, with its log up to 1@t1
 27. the election timeout of n1 elapses; n1 stands in t2
 28. the oldest write of n1 is durable
 29. n0 hears from n1: ack t1 up to 2
 30. n0 hears from n1: RequestVote t2, log up to 2@t1; n0 enters t2; n0 votes
     for n1
 31. the oldest write of n0 is durable; its vote leaves for n1
 32. n1 hears from n0: a vote in t2; n1 LEADS t2; n1 appends 3@t2
 33. the oldest write of n1 is durable
 34. n2 hears from n1: RequestVote t2, log up to 2@t1; n2 enters t2; n2 votes
     for n1
 35. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 1; n2
     refuses
 36. the oldest write of n2 is durable; its vote leaves for n1
 37. n1 hears from n2: refusal t2
 38. n1 hears from n2: a vote in t2
 39. n0 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 1; n0
     refuses
 40. n1 hears from n0: refusal t2
 41. n2 hears from n1: AppendEntries t2, 2 to 2@t1 after 1@t1, commit 1; n2
     appends 2@t1
 42. the oldest write of n2 is durable; n2 acks up to 2
 43. n1 hears from n2: ack t2 up to 2
 44. the clock of n1 ticks
 45. the clock of n1 ticks
 46. n0 hears from n1: AppendEntries t2, 2 to 2@t1 after 1@t1, commit 1; n0
     commits up to 1; n0 appends 2@t1
 47. n0 hears from n1: AppendEntries t2, 2 to 2@t1 after 1@t1, commit 1
 48. the oldest write of n0 is durable; n0 acks up to 2; n0 acks up to 2
 49. n1 hears from n0: ack t2 up to 2
 50. n1 hears from n0: ack t2 up to 2
 51. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 1; n2
     appends 3@t2
 52. n2 hears from n1: heartbeat t2 after 3@t2, commit 1
 53. the oldest write of n2 is durable; n2 acks up to 3; n2 acks up to 3
 54. n1 hears from n2: ack t2 up to 3; n1 commits up to 3
 55. n1 hears from n2: ack t2 up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 n1   1       1 1
n1 LEADER    t2 n1   3       1 1 2
n2 follower  t2 n1   1       1 1 2
committed                        1 1 2
