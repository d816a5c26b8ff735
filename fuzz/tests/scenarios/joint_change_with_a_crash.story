setting   6 nodes, 107 events; writes are durable at once; 16 entries a
          message; 2 nodes outside at first

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
 14. n0 is told that {n0,n1,n2} and, as learners, {n3,n4,n5} shall be the
     cluster; n0 appends 2@t1; n0 goes by n0,n1,n2, learners n3,n4,n5
 15. the clock of n0 ticks
 16. the clock of n0 ticks
 17. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 goes by n0,n1,n2, learners n3,n4,n5;
     n1 acks up to 2
 18. n1 hears from n0: heartbeat t1 after 2@t1, commit 1; n1 acks up to 2
 19. n0 hears from n1: ack t1 up to 2; n0 commits up to 2
 20. n0 hears from n1: ack t1 up to 2
 21. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 goes by n0,n1,n2, learners n3,n4,n5;
     n2 acks up to 2
 22. n2 hears from n0: heartbeat t1 after 2@t1, commit 1; n2 acks up to 2
 23. n0 hears from n2: ack t1 up to 2
 24. n0 hears from n2: ack t1 up to 2
 25. n3 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n3
     commits up to 1; n3 appends 2@t1; n3 goes by n0,n1,n2, learners n3,n4,n5;
     n3 acks up to 2
 26. n3 hears from n0: heartbeat t1 after 2@t1, commit 1; n3 acks up to 2
 27. n0 hears from n3: ack t1 up to 2
 28. n0 hears from n3: ack t1 up to 2
 29. n4 hears from n0: heartbeat t1 after 2@t1, commit 1; n4 enters t1; n4
     refuses
 30. n0 hears from n4: refusal t1
 31. n5 hears from n0: heartbeat t1 after 2@t1, commit 1; n5 enters t1; n5
     refuses
 32. n0 hears from n5: refusal t1
 33. the clock of n0 ticks
 34. the clock of n0 ticks
 35. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n4
     commits up to 2; n4 appends 1@t1 to 2@t1; n4 goes by n0,n1,n2, learners
     n3,n4,n5; n4 acks up to 2
 36. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n4
     acks up to 2
 37. n0 hears from n4: ack t1 up to 2
 38. n0 hears from n4: ack t1 up to 2
 39. n5 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n5
     commits up to 2; n5 appends 1@t1 to 2@t1; n5 goes by n0,n1,n2, learners
     n3,n4,n5; n5 acks up to 2
 40. n5 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n5
     acks up to 2
 41. n0 hears from n5: ack t1 up to 2
 42. n0 hears from n5: ack t1 up to 2
 43. n0 is told that {n3,n4,n5} shall be the cluster; n0 appends 3@t1; n0 goes
     by n3,n4,n5 jointly with n0,n1,n2
 44. the clock of n0 ticks
 45. the clock of n0 ticks
 46. n3 hears from n0: heartbeat t1 after 2@t1, commit 2; n3 commits up to 2;
     n3 acks up to 2
 47. n3 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n3
     appends 3@t1; n3 goes by n3,n4,n5 jointly with n0,n1,n2; n3 acks up to 3
 48. n3 hears from n0: heartbeat t1 after 3@t1, commit 2; n3 acks up to 3
 49. n0 hears from n3: ack t1 up to 2
 50. n0 hears from n3: ack t1 up to 3
 51. n0 hears from n3: ack t1 up to 3
 52. n4 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n4
     appends 3@t1; n4 goes by n3,n4,n5 jointly with n0,n1,n2; n4 acks up to 3
 53. n4 hears from n0: heartbeat t1 after 3@t1, commit 2; n4 acks up to 3
 54. n0 hears from n4: ack t1 up to 3
 55. n0 hears from n4: ack t1 up to 3
 56. n0 crashes
 57. the election timeout of n3 elapses; n3 stands in t2
 58. n4 hears from n3: RequestVote t2, log up to 3@t1; n4 enters t2; n4 votes
     for n3; its vote leaves for n3
 59. n3 hears from n4: a vote in t2
 60. n5 hears from n3: RequestVote t2, log up to 3@t1; n5 enters t2; n5 votes
     for n3; its vote leaves for n3
 61. n3 hears from n5: a vote in t2
 62. n1 hears from n3: RequestVote t2, log up to 3@t1; n1 enters t2; n1 votes
     for n3; its vote leaves for n3
 63. n3 hears from n1: a vote in t2
 64. n2 hears from n3: RequestVote t2, log up to 3@t1; n2 enters t2; n2 votes
     for n3; its vote leaves for n3
 65. n3 hears from n2: a vote in t2; n3 LEADS t2; n3 appends 4@t2
 66. the clock of n3 ticks
 67. the clock of n3 ticks
 68. n1 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n1
     refuses
 69. n1 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n1
     refuses
 70. n3 hears from n1: refusal t2
 71. n3 hears from n1: refusal t2
 72. n2 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n2
     refuses
 73. n2 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n2
     refuses
 74. n3 hears from n2: refusal t2
 75. n3 hears from n2: refusal t2
 76. n4 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n4
     appends 4@t2; n4 acks up to 4
 77. n4 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n4
     acks up to 4
 78. n3 hears from n4: ack t2 up to 4
 79. n3 hears from n4: ack t2 up to 4
 80. n5 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n5
     refuses
 81. n5 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n5
     refuses
 82. n3 hears from n5: refusal t2
 83. n3 hears from n5: refusal t2
 84. the clock of n3 ticks
 85. the clock of n3 ticks
 86. n1 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1 to 4@t2; n1 goes by n3,n4,n5 jointly with
     n0,n1,n2; n1 acks up to 4
 87. n1 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n1
     acks up to 4
 88. n3 hears from n1: ack t2 up to 4
 89. n3 hears from n1: ack t2 up to 4
 90. n2 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n2
     commits up to 2; n2 appends 3@t1 to 4@t2; n2 goes by n3,n4,n5 jointly with
     n0,n1,n2; n2 acks up to 4
 91. n2 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n2
     acks up to 4
 92. n3 hears from n2: ack t2 up to 4; n3 commits up to 4; n3 appends 5@t2; n3
     goes by n3,n4,n5
 93. n3 hears from n2: ack t2 up to 4
 94. the clock of n3 ticks
 95. the clock of n3 ticks
 96. n4 hears from n3: heartbeat t2 after 4@t2, commit 2; n4 acks up to 4
 97. n4 hears from n3: AppendEntries t2, 5 to 5@t2 after 4@t2, commit 4; n4
     commits up to 4; n4 appends 5@t2; n4 goes by n3,n4,n5; n4 acks up to 5
 98. n4 hears from n3: heartbeat t2 after 5@t2, commit 4; n4 acks up to 5
 99. n3 hears from n4: ack t2 up to 4
100. n3 hears from n4: ack t2 up to 5; n3 commits up to 5
101. n3 hears from n4: ack t2 up to 5
102. n5 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n5
     appends 3@t1 to 4@t2; n5 goes by n3,n4,n5 jointly with n0,n1,n2; n5 acks
     up to 4
103. n5 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n5
     acks up to 4
104. n5 hears from n3: AppendEntries t2, 3 to 5@t2 after 2@t1, commit 4; n5
     commits up to 4; n5 appends 5@t2; n5 goes by n3,n4,n5; n5 acks up to 5
105. n3 hears from n5: ack t2 up to 4
106. n3 hears from n5: ack t2 up to 4
107. n3 hears from n5: ack t2 up to 5

node role      term vote commit  log, by term; the disk if it differs
n0 down      t1 n0   -       1 1 1
n1 follower  t2 n3   2       1 1 1 2
n2 follower  t2 n3   2       1 1 1 2
n3 LEADER    t2 n3   5       1 1 1 2 2
n4 follower  t2 n3   4       1 1 1 2 2
n5 follower  t2 n3   4       1 1 1 2 2
committed                        1 1 1 2 2
