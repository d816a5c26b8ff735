setting   5 nodes, 89 events; writes are durable at once; 1 entry a message

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
 22. n1 hears from n0: RequestVote t2, log up to 2@t1; n1 refuses
 23. n1 hears from n0: RequestVote t3, log up to 2@t1; n1 enters t3; n1 votes
     for n0; its vote leaves for n0
 24. n0 hears from n1: refusal t2
 25. n0 hears from n1: no vote, t2
 26. n0 hears from n1: a vote in t3
 27. n3 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     appends 1@t1; n3 acks up to 1
 28. n3 hears from n0: RequestVote t2, log up to 2@t1; n3 enters t2; n3 votes
     for n0; its vote leaves for n0
 29. n3 hears from n0: RequestVote t3, log up to 2@t1; n3 enters t3; n3 votes
     for n0; its vote leaves for n0
 30. n0 hears from n3: ack t1 up to 1
 31. n0 hears from n3: a vote in t2
 32. n0 hears from n3: a vote in t3; n0 LEADS t3; n0 appends 3@t3
 33. the clock of n0 ticks
 34. the clock of n0 ticks
 35. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     refuses
 36. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     refuses
 37. n0 hears from n1: refusal t3
 38. n0 hears from n1: refusal t3
 39. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     refuses
 40. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     refuses
 41. n0 hears from n3: refusal t3
 42. n0 hears from n3: refusal t3
 43. the clock of n0 ticks
 44. the clock of n0 ticks
 45. n1 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 46. n1 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 0; n1
     acks up to 1
 47. n0 hears from n1: ack t3 up to 1
 48. n0 hears from n1: ack t3 up to 1
 49. n3 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n3
     appends 2@t1; n3 acks up to 2
 50. n3 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n3
     acks up to 2
 51. n0 hears from n3: ack t3 up to 2
 52. n0 hears from n3: ack t3 up to 2
 53. the clock of n0 ticks
 54. the clock of n0 ticks
 55. n1 hears from n0: AppendEntries t3, 2 to 2@t1 after 1@t1, commit 0; n1
     appends 2@t1; n1 acks up to 2
 56. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     appends 3@t3; n1 acks up to 3
 57. n1 hears from n0: heartbeat t3 after 3@t3, commit 0; n1 acks up to 3
 58. n0 hears from n1: ack t3 up to 2
 59. n0 hears from n1: ack t3 up to 3
 60. n0 hears from n1: ack t3 up to 3
 61. n3 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n3
     appends 3@t3; n3 acks up to 3
 62. n3 hears from n0: heartbeat t3 after 3@t3, commit 0; n3 acks up to 3
 63. n0 hears from n3: ack t3 up to 3; n0 commits up to 3
 64. n0 hears from n3: ack t3 up to 3
 65. the clock of n0 ticks
 66. the clock of n0 ticks
 67. n1 hears from n0: heartbeat t3 after 3@t3, commit 3; n1 commits up to 3;
     n1 acks up to 3
 68. n0 hears from n1: ack t3 up to 3
 69. n3 hears from n0: heartbeat t3 after 3@t3, commit 3; n3 commits up to 3;
     n3 acks up to 3
 70. n0 hears from n3: ack t3 up to 3
 71. n4 hears from n0: RequestVote t1, log up to 0@t0; n4 refuses
 72. n4 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     refuses
 73. n4 hears from n0: RequestVote t2, log up to 2@t1; n4 refuses
 74. n4 hears from n0: RequestVote t3, log up to 2@t1; n4 enters t3; n4 votes
     for n0; its vote leaves for n0
 75. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 76. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 77. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 78. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n4
     refuses
 79. n4 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 3; n4
     refuses
 80. n0 hears from n4: no vote, t2
 81. n0 hears from n4: refusal t2
 82. n0 hears from n4: no vote, t2
 83. n0 hears from n4: a vote in t3
 84. n0 hears from n4: refusal t3
 85. n0 hears from n4: refusal t3
 86. n0 hears from n4: refusal t3
 87. n0 hears from n4: refusal t3
 88. n0 hears from n4: refusal t3
 89. n4 hears from n0: AppendEntries t3, 1 to 1@t1 after 0@t0, commit 3; n4
     commits up to 1; n4 appends 1@t1; n4 acks up to 1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t3 n0   3       1 1 3
n1 follower  t3 n0   3       1 1 3
n2 LEADER    t2 n2   0       2
n3 follower  t3 n0   3       1 1 3
n4 follower  t3 n0   1       1
committed                        1 1 3
