setting   4 nodes, 65 events; writes are durable at once; 1 entry a message; 1
          outside at first

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
  8. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
  9. n0 hears from n1: ack t1 up to 1
 10. a client asks n0; n0 appends 2@t1
 11. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 12. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 13. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 14. n0 hears from n2: ack t1 up to 2
 15. the clock of n0 ticks
 16. the clock of n0 ticks
 17. n1 hears from n0: heartbeat t1 after 2@t1, commit 2; n1 commits up to 2;
     n1 acks up to 2
 18. n0 hears from n1: ack t1 up to 2
 19. n2 hears from n0: heartbeat t1 after 2@t1, commit 2; n2 commits up to 2;
     n2 acks up to 2
 20. n0 hears from n2: ack t1 up to 2
 21. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     2@t1
 22. n2 loses its disk
 23. n2 starts; n2 cannot read what it promised to keep
 24. n0 is told that {n0,n1,n3} shall be the cluster; n0 appends 3@t1; n0 goes
     by n0,n1,n3 jointly with n0,n1,n2
 25. the clock of n0 ticks
 26. the clock of n0 ticks
 27. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     appends 3@t1; n1 goes by n0,n1,n3 jointly with n0,n1,n2; n1 acks up to 3
 28. n1 hears from n0: heartbeat t1 after 3@t1, commit 2; n1 acks up to 3
 29. n0 hears from n1: ack t1 up to 3; n0 commits up to 3; n0 appends 4@t1; n0
     goes by n0,n1,n3
 30. n0 hears from n1: ack t1 up to 3
 31. n3 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n3
     enters t1; n3 refuses
 32. n3 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n3
     refuses
 33. n0 hears from n3: refusal t1
 34. n0 hears from n3: refusal t1
 35. the clock of n0 ticks
 36. the clock of n0 ticks
 37. n1 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n1
     commits up to 3; n1 appends 4@t1; n1 goes by n0,n1,n3; n1 acks up to 4
 38. n1 hears from n0: heartbeat t1 after 4@t1, commit 3; n1 acks up to 4
 39. n0 hears from n1: ack t1 up to 4; n0 commits up to 4
 40. n0 hears from n1: ack t1 up to 4
 41. n3 hears from n0: bytes 0 to 32 of a snapshot up to 2@t1, t1; n3 commits
     up to 2; n3 keeps a snapshot up to 2@t1; n3 goes on from a snapshot up to
     2; n3 acks up to 2
 42. n3 hears from n0: bytes 0 to 32 of a snapshot up to 2@t1, t1; n3 acks up
     to 2
 43. n0 hears from n3: ack t1 up to 2
 44. n0 hears from n3: ack t1 up to 2
 45. the clock of n0 ticks
 46. the clock of n0 ticks
 47. n1 hears from n0: heartbeat t1 after 4@t1, commit 4; n1 commits up to 4;
     n1 acks up to 4
 48. n0 hears from n1: ack t1 up to 4
 49. n3 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 4; n3
     commits up to 3; n3 appends 3@t1; n3 goes by n0,n1,n3 jointly with
     n0,n1,n2; n3 acks up to 3
 50. n3 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 4; n3
     commits up to 4; n3 appends 4@t1; n3 goes by n0,n1,n3; n3 acks up to 4
 51. n3 hears from n0: heartbeat t1 after 4@t1, commit 4; n3 acks up to 4
 52. n0 hears from n3: ack t1 up to 3
 53. n0 hears from n3: ack t1 up to 4
 54. n0 hears from n3: ack t1 up to 4
 55. a client asks n0; n0 appends 5@t1
 56. n1 hears from n0: AppendEntries t1, 5 to 5@t1 after 4@t1, commit 4; n1
     appends 5@t1; n1 acks up to 5
 57. n0 hears from n1: ack t1 up to 5; n0 commits up to 5; command #2 is
     answered: there was nothing
 58. n3 hears from n0: AppendEntries t1, 5 to 5@t1 after 4@t1, commit 4; n3
     appends 5@t1; n3 acks up to 5
 59. n0 hears from n3: ack t1 up to 5
 60. the clock of n0 ticks
 61. the clock of n0 ticks
 62. n1 hears from n0: heartbeat t1 after 5@t1, commit 5; n1 commits up to 5;
     n1 acks up to 5
 63. n0 hears from n1: ack t1 up to 5
 64. n3 hears from n0: heartbeat t1 after 5@t1, commit 5; n3 commits up to 5;
     n3 acks up to 5
 65. n0 hears from n3: ack t1 up to 5

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   5       1 1 1 1 1
n1 follower  t1 n0   5       1 1 1 1 1
n2 down      t1 n0   -       1 1
n3 follower  t1 -    5       1 1 1 1 1
committed                        1 1 1 1 1
