setting   5 nodes, 63 events; writes are durable at once; 16 entries a message;
          1 outside at first

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1
  4. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
  5. n0 hears from n2: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. n3 hears from n0: RequestVote t1, log up to 0@t0; n3 enters t1; n3 votes
     for n0; its vote leaves for n0
  7. n3 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     appends 1@t1; n3 acks up to 1
  8. n0 hears from n3: a vote in t1
  9. n0 hears from n3: ack t1 up to 1
 10. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 11. n0 hears from n1: ack t1 up to 1; n0 commits up to 1
 12. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 13. n0 hears from n2: ack t1 up to 1
 14. {n0,n4} is cut off from the others
 15. n0 is told that {n0,n1,n2,n3,n4} shall be the cluster; n0 appends 2@t1; n0
     goes by n0,n1,n2,n3,n4
 16. the clock of n0 ticks
 17. the clock of n0 ticks
 18. n4 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n4
     enters t1; n4 refuses
 19. n4 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n4
     refuses
 20. n0 hears from n4: refusal t1
 21. n0 hears from n4: refusal t1
 22. the clock of n0 ticks
 23. the clock of n0 ticks
 24. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 1; n4
     commits up to 1; n4 appends 1@t1 to 2@t1; n4 goes by n0,n1,n2,n3,n4; n4
     acks up to 2
 25. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 1; n4
     acks up to 2
 26. n0 hears from n4: ack t1 up to 2
 27. n0 hears from n4: ack t1 up to 2
 28. the election timeout of n1 elapses; n1 stands in t2
 29. n2 hears from n1: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n1; its vote leaves for n1
 30. n1 hears from n2: a vote in t2
 31. n3 hears from n1: RequestVote t2, log up to 1@t1; n3 enters t2; n3 votes
     for n1; its vote leaves for n1
 32. n1 hears from n3: a vote in t2; n1 LEADS t2; n1 appends 2@t2
 33. n1 is told that {n1,n2,n3} shall be the cluster; refused: the leader is
     new: ask again when it has committed its first entry
 34. the clock of n1 ticks
 35. the clock of n1 ticks
 36. n2 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n2
     appends 2@t2; n2 acks up to 2
 37. n2 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n2
     acks up to 2
 38. n1 hears from n2: ack t2 up to 2
 39. n1 hears from n2: ack t2 up to 2
 40. n3 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n3
     appends 2@t2; n3 acks up to 2
 41. n3 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n3
     acks up to 2
 42. n1 hears from n3: ack t2 up to 2; n1 commits up to 2
 43. n1 hears from n3: ack t2 up to 2
 44. n1 is told that {n1,n2,n3} shall be the cluster; n1 appends 3@t2; n1 goes
     by n1,n2,n3
 45. {n3} is cut off from the others
 46. the clock of n1 ticks
 47. the clock of n1 ticks
 48. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n2
     commits up to 2; n2 appends 3@t2; n2 goes by n1,n2,n3; n2 acks up to 3
 49. n2 hears from n1: heartbeat t2 after 3@t2, commit 2; n2 acks up to 3
 50. n1 hears from n2: ack t2 up to 3; n1 commits up to 3
 51. n1 hears from n2: ack t2 up to 3
 52. all links work again
 53. the clock of n0 ticks
 54. the clock of n0 ticks
 55. n3 hears from n0: heartbeat t1 after 2@t1, commit 1; n3 refuses
 56. n0 hears from n3: refusal t2; n0 steps down in t2
 57. the election timeout of n0 elapses; n0 stands in t3
 58. n3 hears from n0: RequestVote t3, log up to 2@t1; n3 enters t3; n3 refuses
 59. n0 hears from n3: no vote, t3
 60. n4 hears from n0: heartbeat t1 after 2@t1, commit 1; n4 acks up to 2
 61. n4 hears from n0: RequestVote t3, log up to 2@t1; n4 enters t3; n4 votes
     for n0; its vote leaves for n0
 62. n0 hears from n4: ack t1 up to 2
 63. n0 hears from n4: a vote in t3

node role      term vote commit  log, by term; the disk if it differs
n0 candidate t3 n0   1       1 1
n1 LEADER    t2 n1   3       1 2 2
n2 follower  t2 n1   2       1 2 2
n3 follower  t3 -    0       1 2
n4 follower  t3 n0   1       1 1
committed                        1 2 2
