setting   3 nodes, 62 events; writes are durable at once; 1 entry a message;
          CheckQuorum

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
  8. the clock of n0 ticks
  9. the clock of n0 ticks
 10. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 11. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 1; n1
     commits up to 1; n1 acks up to 1
 12. n0 hears from n1: ack t1 up to 1
 13. n0 hears from n1: ack t1 up to 1
 14. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 15. n0 hears from n2: ack t1 up to 1
 16. {n0} is cut off from the others
 17. a client asks n0; n0 appends 2@t1
 18. the clock of n0 ticks
 19. the clock of n0 ticks
 20. the clock of n0 ticks
 21. the clock of n0 ticks
 22. the clock of n0 ticks
 23. the clock of n0 ticks; n0 steps down in t1
 24. the clock of n0 ticks
 25. the clock of n0 ticks
 26. the clock of n1 ticks
 27. the clock of n1 ticks
 28. the clock of n1 ticks
 29. the clock of n1 ticks; n1 stands in t2
 30. the clock of n2 ticks
 31. the clock of n2 ticks
 32. the clock of n2 ticks
 33. the clock of n2 ticks
 34. the election timeout of n1 elapses; n1 stands in t3
 35. n2 hears from n1: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n1; its vote leaves for n1
 36. n2 hears from n1: RequestVote t3, log up to 1@t1; n2 enters t3; n2 votes
     for n1; its vote leaves for n1
 37. n1 hears from n2: a vote in t2
 38. n1 hears from n2: a vote in t3; n1 LEADS t3; n1 appends 2@t3
 39. a client asks n1; n1 appends 3@t3
 40. n2 hears from n1: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 1; n2
     appends 2@t3; n2 acks up to 2
 41. n1 hears from n2: ack t3 up to 2; n1 commits up to 2
 42. the clock of n1 ticks
 43. the clock of n1 ticks
 44. n2 hears from n1: AppendEntries t3, 3 to 3@t3 after 2@t3, commit 2; n2
     commits up to 2; n2 appends 3@t3; n2 acks up to 3
 45. n2 hears from n1: heartbeat t3 after 3@t3, commit 2; n2 acks up to 3
 46. n1 hears from n2: ack t3 up to 3; n1 commits up to 3
 47. n1 hears from n2: ack t3 up to 3
 48. all links work again
 49. the clock of n1 ticks
 50. the clock of n1 ticks
 51. n0 hears from n1: n0 removes its entries from 2 on; AppendEntries t3, 2 to
     2@t3 after 1@t1, commit 3; n0 enters t3; n0 commits up to 2; n0 appends
     2@t3; n0 acks up to 2
 52. n1 hears from n0: ack t3 up to 2
 53. n2 hears from n1: heartbeat t3 after 3@t3, commit 3; n2 commits up to 3;
     n2 acks up to 3
 54. n1 hears from n2: ack t3 up to 3
 55. the clock of n1 ticks
 56. the clock of n1 ticks
 57. n0 hears from n1: AppendEntries t3, 3 to 3@t3 after 2@t3, commit 3; n0
     commits up to 3; n0 appends 3@t3; n0 acks up to 3
 58. n0 hears from n1: heartbeat t3 after 3@t3, commit 3; n0 acks up to 3
 59. n1 hears from n0: ack t3 up to 3
 60. n1 hears from n0: ack t3 up to 3
 61. n2 hears from n1: heartbeat t3 after 3@t3, commit 3; n2 acks up to 3
 62. n1 hears from n2: ack t3 up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t3 -    3       1 3 3
n1 LEADER    t3 n1   3       1 3 3
n2 follower  t3 n1   3       1 3 3
committed                        1 3 3
