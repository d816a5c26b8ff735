setting   3 nodes, 52 events; writes are durable at once; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  4. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
  5. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
  6. n0 hears from n2: a vote in t1
  7. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
  8. a client asks n0; n0 appends 2@t1
  9. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 10. n0 hears from n1: ack t1 up to 1
 11. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 12. n0 hears from n2: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 13. the clock of n0 ticks
 14. the clock of n0 ticks
 15. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 16. n1 hears from n0: heartbeat t1 after 2@t1, commit 2; n1 commits up to 2;
     n1 acks up to 2
 17. n0 hears from n1: ack t1 up to 2
 18. n0 hears from n1: ack t1 up to 2
 19. n2 hears from n0: heartbeat t1 after 2@t1, commit 2; n2 commits up to 2;
     n2 acks up to 2
 20. n0 hears from n2: ack t1 up to 2
 21. the disk of n0 is full
 22. a client asks n0; n0 appends 3@t1; n0 halts
 23. the election timeout of n1 elapses; n1 stands in t2
 24. n2 hears from n1: RequestVote t2, log up to 2@t1; n2 enters t2; n2 votes
     for n1; its vote leaves for n1
 25. n1 hears from n2: a vote in t2; n1 LEADS t2; n1 appends 3@t2
 26. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 2; n2
     appends 3@t2; n2 acks up to 3
 27. n1 hears from n2: ack t2 up to 3; n1 commits up to 3
 28. a client asks n1; n1 appends 4@t2
 29. n2 hears from n1: AppendEntries t2, 4 to 4@t2 after 3@t2, commit 3; n2
     commits up to 3; n2 appends 4@t2; n2 acks up to 4
 30. n1 hears from n2: ack t2 up to 4; n1 commits up to 4; command #3 is
     answered: there was nothing
 31. n0 starts; n0 is in t1, with its log up to 2@t1
 32. n0 hears from n1: RequestVote t2, log up to 2@t1; n0 enters t2; n0 votes
     for n1; n0 halts
 33. the disk of n0 has space again
 34. n0 starts; n0 is in t1, with its log up to 2@t1
 35. the clock of n1 ticks
 36. the clock of n1 ticks
 37. n0 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 2; n0
     enters t2; n0 commits up to 2; n0 appends 3@t2; n0 acks up to 3
 38. n0 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t1, commit 4; n0
     commits up to 3; n0 acks up to 3
 39. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     refuses
 40. n1 hears from n0: ack t2 up to 3
 41. n1 hears from n0: ack t2 up to 3
 42. n2 hears from n1: heartbeat t2 after 4@t2, commit 4; n2 commits up to 4;
     n2 acks up to 4
 43. n1 hears from n2: ack t2 up to 4
 44. the clock of n1 ticks
 45. the clock of n1 ticks
 46. n0 hears from n1: refusal t2
 47. n0 hears from n1: AppendEntries t2, 4 to 4@t2 after 3@t2, commit 4; n0
     commits up to 4; n0 appends 4@t2; n0 acks up to 4
 48. n0 hears from n1: heartbeat t2 after 4@t2, commit 4; n0 acks up to 4
 49. n1 hears from n0: ack t2 up to 4
 50. n1 hears from n0: ack t2 up to 4
 51. n2 hears from n1: heartbeat t2 after 4@t2, commit 4; n2 acks up to 4
 52. n1 hears from n2: ack t2 up to 4

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 -    4       1 1 2 2
n1 LEADER    t2 n1   4       1 1 2 2
n2 follower  t2 n1   4       1 1 2 2
committed                        1 1 2 2
