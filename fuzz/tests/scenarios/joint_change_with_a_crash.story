setting   6 nodes, 111 events; writes are durable at once; 16 entries a
          message; 2 outside at first

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
 29. n4 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n4
     enters t1; n4 refuses
 30. n4 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n4
     refuses
 31. n0 hears from n4: refusal t1
 32. n0 hears from n4: refusal t1
 33. n5 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n5
     enters t1; n5 refuses
 34. n5 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n5
     refuses
 35. n0 hears from n5: refusal t1
 36. n0 hears from n5: refusal t1
 37. the clock of n0 ticks
 38. the clock of n0 ticks
 39. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n4
     commits up to 2; n4 appends 1@t1 to 2@t1; n4 goes by n0,n1,n2, learners
     n3,n4,n5; n4 acks up to 2
 40. n4 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n4
     acks up to 2
 41. n0 hears from n4: ack t1 up to 2
 42. n0 hears from n4: ack t1 up to 2
 43. n5 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n5
     commits up to 2; n5 appends 1@t1 to 2@t1; n5 goes by n0,n1,n2, learners
     n3,n4,n5; n5 acks up to 2
 44. n5 hears from n0: AppendEntries t1, 1 to 2@t1 after 0@t0, commit 2; n5
     acks up to 2
 45. n0 hears from n5: ack t1 up to 2
 46. n0 hears from n5: ack t1 up to 2
 47. n0 is told that {n3,n4,n5} shall be the cluster; n0 appends 3@t1; n0 goes
     by n3,n4,n5 jointly with n0,n1,n2
 48. the clock of n0 ticks
 49. the clock of n0 ticks
 50. n3 hears from n0: heartbeat t1 after 2@t1, commit 2; n3 commits up to 2;
     n3 acks up to 2
 51. n3 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n3
     appends 3@t1; n3 goes by n3,n4,n5 jointly with n0,n1,n2; n3 acks up to 3
 52. n3 hears from n0: heartbeat t1 after 3@t1, commit 2; n3 acks up to 3
 53. n0 hears from n3: ack t1 up to 2
 54. n0 hears from n3: ack t1 up to 3
 55. n0 hears from n3: ack t1 up to 3
 56. n4 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n4
     appends 3@t1; n4 goes by n3,n4,n5 jointly with n0,n1,n2; n4 acks up to 3
 57. n4 hears from n0: heartbeat t1 after 3@t1, commit 2; n4 acks up to 3
 58. n0 hears from n4: ack t1 up to 3
 59. n0 hears from n4: ack t1 up to 3
 60. n0 crashes
 61. the election timeout of n3 elapses; n3 stands in t2
 62. n4 hears from n3: RequestVote t2, log up to 3@t1; n4 enters t2; n4 votes
     for n3; its vote leaves for n3
 63. n3 hears from n4: a vote in t2
 64. n5 hears from n3: RequestVote t2, log up to 3@t1; n5 enters t2; n5 votes
     for n3; its vote leaves for n3
 65. n3 hears from n5: a vote in t2
 66. n1 hears from n3: RequestVote t2, log up to 3@t1; n1 enters t2; n1 votes
     for n3; its vote leaves for n3
 67. n3 hears from n1: a vote in t2
 68. n2 hears from n3: RequestVote t2, log up to 3@t1; n2 enters t2; n2 votes
     for n3; its vote leaves for n3
 69. n3 hears from n2: a vote in t2; n3 LEADS t2; n3 appends 4@t2
 70. the clock of n3 ticks
 71. the clock of n3 ticks
 72. n1 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n1
     refuses
 73. n1 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n1
     refuses
 74. n3 hears from n1: refusal t2
 75. n3 hears from n1: refusal t2
 76. n2 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n2
     refuses
 77. n2 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n2
     refuses
 78. n3 hears from n2: refusal t2
 79. n3 hears from n2: refusal t2
 80. n4 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n4
     appends 4@t2; n4 acks up to 4
 81. n4 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n4
     acks up to 4
 82. n3 hears from n4: ack t2 up to 4
 83. n3 hears from n4: ack t2 up to 4
 84. n5 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n5
     refuses
 85. n5 hears from n3: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 2; n5
     refuses
 86. n3 hears from n5: refusal t2
 87. n3 hears from n5: refusal t2
 88. the clock of n3 ticks
 89. the clock of n3 ticks
 90. n1 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1 to 4@t2; n1 goes by n3,n4,n5 jointly with
     n0,n1,n2; n1 acks up to 4
 91. n1 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n1
     acks up to 4
 92. n3 hears from n1: ack t2 up to 4
 93. n3 hears from n1: ack t2 up to 4
 94. n2 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n2
     commits up to 2; n2 appends 3@t1 to 4@t2; n2 goes by n3,n4,n5 jointly with
     n0,n1,n2; n2 acks up to 4
 95. n2 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n2
     acks up to 4
 96. n3 hears from n2: ack t2 up to 4; n3 commits up to 4; n3 appends 5@t2; n3
     goes by n3,n4,n5
 97. n3 hears from n2: ack t2 up to 4
 98. the clock of n3 ticks
 99. the clock of n3 ticks
100. n4 hears from n3: heartbeat t2 after 4@t2, commit 2; n4 acks up to 4
101. n4 hears from n3: AppendEntries t2, 5 to 5@t2 after 4@t2, commit 4; n4
     commits up to 4; n4 appends 5@t2; n4 goes by n3,n4,n5; n4 acks up to 5
102. n4 hears from n3: heartbeat t2 after 5@t2, commit 4; n4 acks up to 5
103. n3 hears from n4: ack t2 up to 4
104. n3 hears from n4: ack t2 up to 5; n3 commits up to 5
105. n3 hears from n4: ack t2 up to 5
106. n5 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n5
     appends 3@t1 to 4@t2; n5 goes by n3,n4,n5 jointly with n0,n1,n2; n5 acks
     up to 4
107. n5 hears from n3: AppendEntries t2, 3 to 4@t2 after 2@t1, commit 2; n5
     acks up to 4
108. n5 hears from n3: AppendEntries t2, 3 to 5@t2 after 2@t1, commit 4; n5
     commits up to 4; n5 appends 5@t2; n5 goes by n3,n4,n5; n5 acks up to 5
109. n3 hears from n5: ack t2 up to 4
110. n3 hears from n5: ack t2 up to 4
111. n3 hears from n5: ack t2 up to 5

node role      term vote commit  log, by term; the disk if it differs
n0 down      t1 n0   -       1 1 1
n1 follower  t2 n3   2       1 1 1 2
n2 follower  t2 n3   2       1 1 1 2
n3 LEADER    t2 n3   5       1 1 1 2 2
n4 follower  t2 n3   4       1 1 1 2 2
n5 follower  t2 n3   4       1 1 1 2 2
committed                        1 1 1 2 2
