setting   3 nodes, 59 events; writes are durable at once; 1 entry a message;
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
 29. the clock of n1 ticks
 30. the clock of n2 ticks
 31. the clock of n2 ticks
 32. the clock of n2 ticks
 33. the clock of n2 ticks; n2 stands in t2
 34. n1 hears from n2: RequestVote t2, log up to 1@t1; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
 35. n2 hears from n1: a vote in t2; n2 LEADS t2; n2 appends 2@t2
 36. n1 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n1
     appends 2@t2; n1 acks up to 2
 37. n2 hears from n1: ack t2 up to 2; n2 commits up to 2
 38. a client asks n2; n2 appends 3@t2
 39. n1 hears from n2: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n1
     commits up to 2; n1 appends 3@t2; n1 acks up to 3
 40. n2 hears from n1: ack t2 up to 3; n2 commits up to 3; command #2 is
     answered: there was nothing
 41. the clock of n2 ticks
 42. the clock of n2 ticks
 43. n1 hears from n2: heartbeat t2 after 3@t2, commit 3; n1 commits up to 3;
     n1 acks up to 3
 44. n2 hears from n1: ack t2 up to 3
 45. all links work again
 46. the clock of n2 ticks
 47. the clock of n2 ticks
 48. n0 hears from n2: n0 removes its entries from 2 on; AppendEntries t2, 2 to
     2@t2 after 1@t1, commit 3; n0 enters t2; n0 commits up to 2; n0 appends
     2@t2; n0 acks up to 2
 49. n2 hears from n0: ack t2 up to 2
 50. n1 hears from n2: heartbeat t2 after 3@t2, commit 3; n1 acks up to 3
 51. n2 hears from n1: ack t2 up to 3
 52. the clock of n2 ticks
 53. the clock of n2 ticks
 54. n0 hears from n2: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 3; n0
     commits up to 3; n0 appends 3@t2; n0 acks up to 3
 55. n0 hears from n2: heartbeat t2 after 3@t2, commit 3; n0 acks up to 3
 56. n2 hears from n0: ack t2 up to 3
 57. n2 hears from n0: ack t2 up to 3
 58. n1 hears from n2: heartbeat t2 after 3@t2, commit 3; n1 acks up to 3
 59. n2 hears from n1: ack t2 up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 -    3       1 2 2
n1 follower  t2 n2   3       1 2 2
n2 LEADER    t2 n2   3       1 2 2
committed                        1 2 2
