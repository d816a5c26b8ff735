setting   5 nodes, 118 events; writes are durable at once; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1
  4. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
  5. n0 hears from n2: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
  7. n0 crashes
  8. the election timeout of n4 elapses; n4 stands in t1
  9. the election timeout of n4 elapses; n4 stands in t2
 10. n2 hears from n4: RequestVote t1, log up to 0@t0; n2 refuses
 11. n2 hears from n4: RequestVote t2, log up to 0@t0; n2 enters t2; n2 votes
     for n4; its vote leaves for n4
 12. n4 hears from n2: no vote, t1
 13. n4 hears from n2: a vote in t2
 14. n3 hears from n4: RequestVote t1, log up to 0@t0; n3 enters t1; n3 votes
     for n4; its vote leaves for n4
 15. n3 hears from n4: RequestVote t2, log up to 0@t0; n3 enters t2; n3 votes
     for n4; its vote leaves for n4
 16. n4 hears from n3: a vote in t1
 17. n4 hears from n3: a vote in t2; n4 LEADS t2; n4 appends 1@t2
 18. n4 crashes
 19. n0 starts; n0 is in t1, with its log up to 1@t1
 20. the election timeout of n0 elapses; n0 stands in t2
 21. the election timeout of n0 elapses; n0 stands in t3
 22. n1 hears from n0: RequestVote t2, log up to 1@t1; n1 enters t2; n1 votes
     for n0; its vote leaves for n0
 23. n1 hears from n0: RequestVote t3, log up to 1@t1; n1 enters t3; n1 votes
     for n0; its vote leaves for n0
 24. n0 hears from n1: ack t1 up to 1
 25. n0 hears from n1: a vote in t2
 26. n0 hears from n1: a vote in t3
 27. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     refuses
 28. n2 hears from n0: RequestVote t2, log up to 1@t1; n2 refuses
 29. n2 hears from n0: RequestVote t3, log up to 1@t1; n2 enters t3; n2 votes
     for n0; its vote leaves for n0
 30. n0 hears from n2: refusal t2
 31. n0 hears from n2: no vote, t2
 32. n0 hears from n2: a vote in t3; n0 LEADS t3; n0 appends 2@t3
 33. the clock of n0 ticks
 34. the clock of n0 ticks
 35. n1 hears from n0: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 0; n1
     appends 2@t3; n1 acks up to 2
 36. n1 hears from n0: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 0; n1
     acks up to 2
 37. n0 hears from n1: ack t3 up to 2
 38. n0 hears from n1: ack t3 up to 2
 39. the clock of n0 ticks
 40. the clock of n0 ticks
 41. n2 hears from n0: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 0; n2
     refuses
 42. n2 hears from n0: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 0; n2
     refuses
 43. n2 hears from n0: AppendEntries t3, 2 to 2@t3 after 1@t1, commit 0; n2
     refuses
 44. n0 hears from n2: refusal t3
 45. n0 hears from n2: refusal t3
 46. n0 hears from n2: refusal t3
 47. n0 crashes
 48. n4 starts; n4 is in t2, with its log up to 1@t2
 49. the election timeout of n4 elapses; n4 stands in t3
 50. the election timeout of n4 elapses; n4 stands in t4
 51. n3 hears from n4: AppendEntries t2, 1 to 1@t2 after 0@t0, commit 0; n3
     appends 1@t2; n3 acks up to 1
 52. n3 hears from n4: RequestVote t3, log up to 1@t2; n3 enters t3; n3 votes
     for n4; its vote leaves for n4
 53. n3 hears from n4: RequestVote t4, log up to 1@t2; n3 enters t4; n3 votes
     for n4; its vote leaves for n4
 54. n4 hears from n3: ack t2 up to 1
 55. n4 hears from n3: a vote in t3
 56. n4 hears from n3: a vote in t4
 57. n2 hears from n4: AppendEntries t2, 1 to 1@t2 after 0@t0, commit 0; n2
     refuses
 58. n2 hears from n4: RequestVote t3, log up to 1@t2; n2 refuses
 59. n2 hears from n4: RequestVote t4, log up to 1@t2; n2 enters t4; n2 votes
     for n4; its vote leaves for n4
 60. n4 hears from n2: refusal t3
 61. n4 hears from n2: no vote, t3
 62. n4 hears from n2: a vote in t4; n4 LEADS t4; n4 appends 2@t4
 63. the clock of n4 ticks
 64. the clock of n4 ticks
 65. n1 hears from n4: RequestVote t1, log up to 0@t0; n1 refuses
 66. n1 hears from n4: RequestVote t2, log up to 0@t0; n1 refuses
 67. n1 hears from n4: AppendEntries t2, 1 to 1@t2 after 0@t0, commit 0; n1
     refuses
 68. n1 hears from n4: RequestVote t3, log up to 1@t2; n1 refuses
 69. n1 hears from n4: RequestVote t4, log up to 1@t2; n1 enters t4; n1 refuses
 70. n1 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n1
     refuses
 71. n1 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n1
     refuses
 72. n4 hears from n1: no vote, t3
 73. n4 hears from n1: no vote, t3
 74. n4 hears from n1: refusal t3
 75. n4 hears from n1: no vote, t3
 76. n4 hears from n1: no vote, t4
 77. n4 hears from n1: refusal t4
 78. n4 hears from n1: refusal t4
 79. n2 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n2
     refuses
 80. n2 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n2
     refuses
 81. n4 hears from n2: refusal t4
 82. n4 hears from n2: refusal t4
 83. n3 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n3
     appends 2@t4; n3 acks up to 2
 84. n3 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n3
     acks up to 2
 85. n4 hears from n3: ack t4 up to 2
 86. n4 hears from n3: ack t4 up to 2
 87. the clock of n4 ticks
 88. the clock of n4 ticks
 89. n1 hears from n4: n1 removes its entries from 1 on; AppendEntries t4, 1 to
     1@t2 after 0@t0, commit 0; n1 appends 1@t2; n1 acks up to 1
 90. n1 hears from n4: AppendEntries t4, 1 to 1@t2 after 0@t0, commit 0; n1
     acks up to 1
 91. n4 hears from n1: ack t4 up to 1
 92. n4 hears from n1: ack t4 up to 1
 93. n2 hears from n4: AppendEntries t4, 1 to 1@t2 after 0@t0, commit 0; n2
     appends 1@t2; n2 acks up to 1
 94. n2 hears from n4: AppendEntries t4, 1 to 1@t2 after 0@t0, commit 0; n2
     acks up to 1
 95. n4 hears from n2: ack t4 up to 1
 96. n4 hears from n2: ack t4 up to 1
 97. n3 hears from n4: heartbeat t4 after 2@t4, commit 0; n3 acks up to 2
 98. n4 hears from n3: ack t4 up to 2
 99. the clock of n4 ticks
100. the clock of n4 ticks
101. n1 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n1
     appends 2@t4; n1 acks up to 2
102. n1 hears from n4: heartbeat t4 after 2@t4, commit 0; n1 acks up to 2
103. n4 hears from n1: ack t4 up to 2; n4 commits up to 2
104. n4 hears from n1: ack t4 up to 2
105. n2 hears from n4: AppendEntries t4, 2 to 2@t4 after 1@t2, commit 0; n2
     appends 2@t4; n2 acks up to 2
106. n2 hears from n4: heartbeat t4 after 2@t4, commit 0; n2 acks up to 2
107. n4 hears from n2: ack t4 up to 2
108. n4 hears from n2: ack t4 up to 2
109. n3 hears from n4: heartbeat t4 after 2@t4, commit 0; n3 acks up to 2
110. n4 hears from n3: ack t4 up to 2
111. the clock of n4 ticks
112. the clock of n4 ticks
113. n1 hears from n4: heartbeat t4 after 2@t4, commit 2; n1 commits up to 2;
     n1 acks up to 2
114. n4 hears from n1: ack t4 up to 2
115. n2 hears from n4: heartbeat t4 after 2@t4, commit 2; n2 commits up to 2;
     n2 acks up to 2
116. n4 hears from n2: ack t4 up to 2
117. n3 hears from n4: heartbeat t4 after 2@t4, commit 2; n3 commits up to 2;
     n3 acks up to 2
118. n4 hears from n3: ack t4 up to 2

node role      term vote commit  log, by term; the disk if it differs
n0 down      t3 n0   -       1 3
n1 follower  t4 -    2       2 4
n2 follower  t4 n4   2       2 4
n3 follower  t4 n4   2       2 4
n4 LEADER    t4 n4   2       2 4
committed                        2 4
