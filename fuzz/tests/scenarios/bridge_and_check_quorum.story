setting   5 nodes, 84 events; writes are durable at once; 1 entry a message;
          CheckQuorum

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
 10. n4 hears from n0: RequestVote t1, log up to 0@t0; n4 enters t1; n4 votes
     for n0; its vote leaves for n0
 11. n4 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     appends 1@t1; n4 acks up to 1
 12. n0 hears from n4: a vote in t1
 13. n0 hears from n4: ack t1 up to 1; n0 commits up to 1
 14. the clock of n0 ticks
 15. the clock of n0 ticks
 16. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 17. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 1; n1
     commits up to 1; n1 acks up to 1
 18. n0 hears from n1: ack t1 up to 1
 19. n0 hears from n1: ack t1 up to 1
 20. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 21. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 1; n2
     commits up to 1; n2 acks up to 1
 22. n0 hears from n2: ack t1 up to 1
 23. n0 hears from n2: ack t1 up to 1
 24. n3 hears from n0: heartbeat t1 after 1@t1, commit 1; n3 commits up to 1;
     n3 acks up to 1
 25. n0 hears from n3: ack t1 up to 1
 26. n4 hears from n0: heartbeat t1 after 1@t1, commit 1; n4 commits up to 1;
     n4 acks up to 1
 27. n0 hears from n4: ack t1 up to 1
 28. of {n0} and the other side, only n2 sees both
 29. the clock of n0 ticks
 30. the clock of n0 ticks
 31. the clock of n0 ticks
 32. the clock of n0 ticks
 33. the clock of n0 ticks
 34. the clock of n0 ticks; n0 steps down in t1
 35. the clock of n0 ticks
 36. the clock of n0 ticks
 37. the clock of n1 ticks
 38. the clock of n1 ticks
 39. the clock of n1 ticks
 40. the clock of n1 ticks
 41. the clock of n3 ticks
 42. the clock of n3 ticks
 43. the clock of n3 ticks
 44. the clock of n3 ticks
 45. the clock of n4 ticks
 46. the clock of n4 ticks
 47. the clock of n4 ticks
 48. the clock of n4 ticks
 49. the clock of n2 ticks
 50. the clock of n2 ticks
 51. the clock of n2 ticks
 52. the clock of n2 ticks; n2 stands in t2
 53. n1 hears from n2: RequestVote t2, log up to 1@t1; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
 54. n2 hears from n1: a vote in t2
 55. n3 hears from n2: RequestVote t2, log up to 1@t1; n3 enters t2; n3 votes
     for n2; its vote leaves for n2
 56. n2 hears from n3: a vote in t2; n2 LEADS t2; n2 appends 2@t2
 57. n1 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n1
     appends 2@t2; n1 acks up to 2
 58. n3 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n3
     appends 2@t2; n3 acks up to 2
 59. n2 hears from n1: ack t2 up to 2
 60. n4 hears from n2: RequestVote t2, log up to 1@t1; n4 enters t2; n4 votes
     for n2; its vote leaves for n2
 61. n2 hears from n4: a vote in t2
 62. n4 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n4
     appends 2@t2; n4 acks up to 2
 63. n2 hears from n4: ack t2 up to 2; n2 commits up to 2
 64. n2 hears from n3: ack t2 up to 2
 65. a client asks n2; n2 appends 3@t2
 66. n1 hears from n2: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n1
     commits up to 2; n1 appends 3@t2; n1 acks up to 3
 67. n2 hears from n1: ack t2 up to 3
 68. n3 hears from n2: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n3
     commits up to 2; n3 appends 3@t2; n3 acks up to 3
 69. n2 hears from n3: ack t2 up to 3; n2 commits up to 3; command #1 is
     answered: there was nothing
 70. all links work again
 71. the clock of n2 ticks
 72. the clock of n2 ticks
 73. n0 hears from n2: RequestVote t2, log up to 1@t1; n0 enters t2; n0 votes
     for n2; its vote leaves for n2
 74. n0 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n0
     appends 2@t2; n0 acks up to 2
 75. n0 hears from n2: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 3; n0
     commits up to 2; n0 acks up to 2
 76. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 refuses
 77. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 refuses
 78. n2 hears from n0: a vote in t2
 79. n2 hears from n0: ack t2 up to 2
 80. n2 hears from n0: ack t2 up to 2
 81. n4 hears from n2: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n4
     commits up to 2; n4 appends 3@t2; n4 acks up to 3
 82. n4 hears from n2: heartbeat t2 after 3@t2, commit 3; n4 commits up to 3;
     n4 acks up to 3
 83. n2 hears from n4: ack t2 up to 3
 84. n2 hears from n4: ack t2 up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 n2   2       1 2
n1 follower  t2 n2   2       1 2 2
n2 LEADER    t2 n2   3       1 2 2
n3 follower  t2 n2   2       1 2 2
n4 follower  t2 n2   3       1 2 2
committed                        1 2 2
