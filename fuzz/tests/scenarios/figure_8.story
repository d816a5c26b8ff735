setup     5 nodes, 118 events; writes are durable immediately; 1 entry a
          message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1
  4. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n2: becomes LEADER in
     term 1; appends 1@1
  6. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  7. n0 crashes
  8. the election timeout of n4 elapses: becomes candidate in term 1
  9. the election timeout of n4 elapses: becomes candidate in term 2
 10. n2 receives RequestVote(term 1, last log 0@0) from n4: refuses its vote,
     which in term 1 is that of n0
 11. n2 receives RequestVote(term 2, last log 0@0) from n4: adopts term 2;
     grants its vote; reply to n4
 12. n4 receives RequestVoteReply(term 1, refused) from n2
 13. n4 receives RequestVoteReply(term 2, granted) from n2
 14. n3 receives RequestVote(term 1, last log 0@0) from n4: adopts term 1;
     grants its vote; reply to n4
 15. n3 receives RequestVote(term 2, last log 0@0) from n4: adopts term 2;
     grants its vote; reply to n4
 16. n4 receives RequestVoteReply(term 1, granted) from n3
 17. n4 receives RequestVoteReply(term 2, granted) from n3: becomes LEADER in
     term 2; appends 1@2
 18. n4 crashes
 19. n0 restarts: is in term 1 with its log up to 1@1
 20. the election timeout of n0 elapses: becomes candidate in term 2
 21. the election timeout of n0 elapses: becomes candidate in term 3
 22. n1 receives RequestVote(term 2, last log 1@1) from n0: adopts term 2;
     grants its vote; reply to n0
 23. n1 receives RequestVote(term 3, last log 1@1) from n0: adopts term 3;
     grants its vote; reply to n0
 24. n0 receives AppendEntriesReply(term 1, match 1) from n1
 25. n0 receives RequestVoteReply(term 2, granted) from n1
 26. n0 receives RequestVoteReply(term 3, granted) from n1
 27. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     rejects at 0, hint 0@0
 28. n2 receives RequestVote(term 2, last log 1@1) from n0: refuses its vote,
     which in term 2 is that of n4
 29. n2 receives RequestVote(term 3, last log 1@1) from n0: adopts term 3;
     grants its vote; reply to n0
 30. n0 receives AppendEntriesReply(term 2, rejected 0, hint 0@0) from n2
 31. n0 receives RequestVoteReply(term 2, refused) from n2
 32. n0 receives RequestVoteReply(term 3, granted) from n2: becomes LEADER in
     term 3; appends 2@3
 33-34. the clock of n0 ticks (2 times)
 35. n1 receives AppendEntries(term 3, prev 1@1, entry 2@3, commit 0) from n0:
     appends 2@3; acknowledges up to 2
 36. n1 receives AppendEntries(term 3, prev 1@1, entry 2@3, commit 0) from n0:
     acknowledges up to 2
 37-38. n0 receives AppendEntriesReply(term 3, match 2) from n1 (2 times)
 39-40. the clock of n0 ticks (2 times)
 41-43. n2 receives AppendEntries(term 3, prev 1@1, entry 2@3, commit 0) from
        n0: rejects at 1, hint 0@0 (3 times)
 44-46. n0 receives AppendEntriesReply(term 3, rejected 1, hint 0@0) from n2 (3
        times)
 47. n0 crashes
 48. n4 restarts: is in term 2 with its log up to 1@2
 49. the election timeout of n4 elapses: becomes candidate in term 3
 50. the election timeout of n4 elapses: becomes candidate in term 4
 51. n3 receives AppendEntries(term 2, prev 0@0, entry 1@2, commit 0) from n4:
     appends 1@2; acknowledges up to 1
 52. n3 receives RequestVote(term 3, last log 1@2) from n4: adopts term 3;
     grants its vote; reply to n4
 53. n3 receives RequestVote(term 4, last log 1@2) from n4: adopts term 4;
     grants its vote; reply to n4
 54. n4 receives AppendEntriesReply(term 2, match 1) from n3
 55. n4 receives RequestVoteReply(term 3, granted) from n3
 56. n4 receives RequestVoteReply(term 4, granted) from n3
 57. n2 receives AppendEntries(term 2, prev 0@0, entry 1@2, commit 0) from n4:
     rejects at 0, hint 0@0
 58. n2 receives RequestVote(term 3, last log 1@2) from n4: refuses its vote,
     which in term 3 is that of n0
 59. n2 receives RequestVote(term 4, last log 1@2) from n4: adopts term 4;
     grants its vote; reply to n4
 60. n4 receives AppendEntriesReply(term 3, rejected 0, hint 0@0) from n2
 61. n4 receives RequestVoteReply(term 3, refused) from n2
 62. n4 receives RequestVoteReply(term 4, granted) from n2: becomes LEADER in
     term 4; appends 2@4
 63-64. the clock of n4 ticks (2 times)
 65. n1 receives RequestVote(term 1, last log 0@0) from n4: refuses its vote,
     which in term 3 is that of n0
 66. n1 receives RequestVote(term 2, last log 0@0) from n4: refuses its vote,
     which in term 3 is that of n0
 67. n1 receives AppendEntries(term 2, prev 0@0, entry 1@2, commit 0) from n4:
     rejects at 0, hint 0@0
 68. n1 receives RequestVote(term 3, last log 1@2) from n4: refuses its vote,
     which in term 3 is that of n0
 69. n1 receives RequestVote(term 4, last log 1@2) from n4: adopts term 4;
     refuses its vote
 70-71. n1 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from
        n4: rejects at 1, hint 0@0 (2 times)
 72-73. n4 receives RequestVoteReply(term 3, refused) from n1 (2 times)
 74. n4 receives AppendEntriesReply(term 3, rejected 0, hint 0@0) from n1
 75. n4 receives RequestVoteReply(term 3, refused) from n1
 76. n4 receives RequestVoteReply(term 4, refused) from n1
 77-78. n4 receives AppendEntriesReply(term 4, rejected 1, hint 0@0) from n1 (2
        times)
 79-80. n2 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from
        n4: rejects at 1, hint 0@0 (2 times)
 81-82. n4 receives AppendEntriesReply(term 4, rejected 1, hint 0@0) from n2 (2
        times)
 83. n3 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from n4:
     appends 2@4; acknowledges up to 2
 84. n3 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from n4:
     acknowledges up to 2
 85-86. n4 receives AppendEntriesReply(term 4, match 2) from n3 (2 times)
 87-88. the clock of n4 ticks (2 times)
 89. n1 receives AppendEntries(term 4, prev 0@0, entry 1@2, commit 0) from n4:
     truncates its log from 1 on; appends 1@2; acknowledges up to 1
 90. n1 receives AppendEntries(term 4, prev 0@0, entry 1@2, commit 0) from n4:
     acknowledges up to 1
 91-92. n4 receives AppendEntriesReply(term 4, match 1) from n1 (2 times)
 93. n2 receives AppendEntries(term 4, prev 0@0, entry 1@2, commit 0) from n4:
     appends 1@2; acknowledges up to 1
 94. n2 receives AppendEntries(term 4, prev 0@0, entry 1@2, commit 0) from n4:
     acknowledges up to 1
 95-96. n4 receives AppendEntriesReply(term 4, match 1) from n2 (2 times)
 97. n3 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 0) from n4:
     acknowledges up to 2
 98. n4 receives AppendEntriesReply(term 4, match 2) from n3
 99-100. the clock of n4 ticks (2 times)
101. n1 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from n4:
     appends 2@4; acknowledges up to 2
102. n1 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 0) from n4:
     acknowledges up to 2
103. n4 receives AppendEntriesReply(term 4, match 2) from n1: commits up to 2
104. n4 receives AppendEntriesReply(term 4, match 2) from n1
105. n2 receives AppendEntries(term 4, prev 1@2, entry 2@4, commit 0) from n4:
     appends 2@4; acknowledges up to 2
106. n2 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 0) from n4:
     acknowledges up to 2
107-108. n4 receives AppendEntriesReply(term 4, match 2) from n2 (2 times)
109. n3 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 0) from n4:
     acknowledges up to 2
110. n4 receives AppendEntriesReply(term 4, match 2) from n3
111-112. the clock of n4 ticks (2 times)
113. n1 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 2) from n4:
     commits up to 2; acknowledges up to 2
114. n4 receives AppendEntriesReply(term 4, match 2) from n1
115. n2 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 2) from n4:
     commits up to 2; acknowledges up to 2
116. n4 receives AppendEntriesReply(term 4, match 2) from n2
117. n3 receives AppendEntries(term 4, prev 2@4, heartbeat, commit 2) from n4:
     commits up to 2; acknowledges up to 2
118. n4 receives AppendEntriesReply(term 4, match 2) from n3

node role          term vote commit log (terms); disk if it differs
n0 down          3    n0   -      1 3
n1 follower      4    -    2      2 4
n2 follower      4    n4   2      2 4
n3 follower      4    n4   2      2 4
n4 LEADER        4    n4   2      2 4
committed                           2 4
