setting   5 nodes, 95 events; writes are durable at once; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1
  4. n3 hears from n0: RequestVote t1, log up to 0@t0; n3 enters t1; n3 votes
     for n0; its vote leaves for n0
  5. n0 hears from n3: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. a client asks n0; n0 appends 2@t1
  7. the election timeout of n2 elapses; n2 stands in t1
  8. the election timeout of n2 elapses; n2 stands in t2
  9. n1 hears from n2: RequestVote t1, log up to 0@t0; n1 refuses
 10. n1 hears from n2: RequestVote t2, log up to 0@t0; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
 11. n2 hears from n1: no vote, t1
 12. n2 hears from n1: a vote in t2
 13. n4 hears from n2: RequestVote t1, log up to 0@t0; n4 enters t1; n4 votes
     for n2; its vote leaves for n2
 14. n4 hears from n2: RequestVote t2, log up to 0@t0; n4 enters t2; n4 votes
     for n2; its vote leaves for n2
 15. n2 hears from n4: a vote in t1
 16. n2 hears from n4: a vote in t2; n2 LEADS t2; n2 appends 1@t2
 17. n0 crashes
 18. n0 starts; n0 is in t1, with its log up to 2@t1
 19. the election timeout of n0 elapses; n0 stands in t2
 20. the election timeout of n0 elapses; n0 stands in t3
 21. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     refuses
 22. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     refuses
 23. n1 hears from n0: RequestVote t2, log up to 2@t1; n1 refuses
 24. n1 hears from n0: RequestVote t3, log up to 2@t1; n1 enters t3; n1 votes
     for n0; its vote leaves for n0
 25. n0 hears from n1: refusal t2
 26. n0 hears from n1: refusal t2
 27. n0 hears from n1: no vote, t2
 28. n0 hears from n1: a vote in t3
 29. n3 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     appends 1@t1; n3 acks up to 1
 30. n3 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     acks up to 1
 31. n3 hears from n0: RequestVote t2, log up to 2@t1; n3 enters t2; n3 votes
     for n0; its vote leaves for n0
 32. n3 hears from n0: RequestVote t3, log up to 2@t1; n3 enters t3; n3 votes
     for n0; its vote leaves for n0
 33. n0 hears from n3: ack t1 up to 1
 34. n0 hears from n3: ack t1 up to 1
 35. n0 hears from n3: a vote in t2
 36. n0 hears from n3: a vote in t3; n0 LEADS t3; n0 appends 3@t3
 37. the clock of n0 ticks
 38. the clock of n0 ticks
 39. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     refuses
 40. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     refuses
 41. n0 hears from n1: refusal t3
 42. n0 hears from n1: refusal t3
 43. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     refuses
 44. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     refuses
 45. n0 hears from n3: refusal t3
 46. n0 hears from n3: refusal t3
 47. the clock of n0 ticks
 48. the clock of n0 ticks
 49. n1 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 50. n1 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 0; n1
     acks up to 1
 51. n0 hears from n1: ack t3 up to 1
 52. n0 hears from n1: ack t3 up to 1
 53. n3 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n3
     appends 2@t1; n3 acks up to 2
 54. n3 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n3
     acks up to 2
 55. n0 hears from n3: ack t3 up to 2
 56. n0 hears from n3: ack t3 up to 2
 57. the clock of n0 ticks
 58. the clock of n0 ticks
 59. n1 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n1
     appends 2@t1; n1 acks up to 2
 60. n1 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n1
     acks up to 2
 61. n0 hears from n1: ack t3 up to 2
 62. n0 hears from n1: ack t3 up to 2
 63. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     appends 3@t3; n3 acks up to 3
 64. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     acks up to 3
 65. n0 hears from n3: ack t3 up to 3
 66. n0 hears from n3: ack t3 up to 3
 67. the clock of n0 ticks
 68. the clock of n0 ticks
 69. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     appends 3@t3; n1 acks up to 3
 70. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     acks up to 3
 71. n0 hears from n1: ack t3 up to 3; n0 commits up to 3
 72. n0 hears from n1: ack t3 up to 3
 73. n3 hears from n0: heartbeat t3 after 3@t3, commit 0; n3 acks up to 3
 74. n0 hears from n3: ack t3 up to 3
 75. n4 hears from n0: RequestVote t1, log up to 0@t0; n4 refuses
 76. n4 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     refuses
 77. n4 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     refuses
 78. n4 hears from n0: RequestVote t2, log up to 2@t1; n4 refuses
 79. n4 hears from n0: RequestVote t3, log up to 2@t1; n4 enters t3; n4 votes
     for n0; its vote leaves for n0
 80. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 81. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 82. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 83. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 84. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 85. n0 hears from n4: no vote, t2
 86. n0 hears from n4: refusal t2
 87. n0 hears from n4: refusal t2
 88. n0 hears from n4: no vote, t2
 89. n0 hears from n4: a vote in t3
 90. n0 hears from n4: refusal t3
 91. n0 hears from n4: refusal t3
 92. n0 hears from n4: refusal t3
 93. n0 hears from n4: refusal t3
 94. n0 hears from n4: refusal t3
 95. n4 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 3; n4
     commits up to 1; n4 appends 1@t1; n4 acks up to 1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t3 n0   3       t1 t1 t3
n1 follower  t3 n0   0       t1 t1 t3
n2 LEADER    t2 n2   0       t2
n3 follower  t3 n0   0       t1 t1 t3
n4 follower  t3 n0   1       t1
committed                        t1 t1 t3
