setup     6 nodes, 111 events; writes are durable immediately; 16 entries a
          message; 2 not members at first

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1
  4. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n2: becomes LEADER in
     term 1; appends 1@1
  6. n3 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  7. n3 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  8. n0 receives RequestVoteReply(term 1, granted) from n3
  9. n0 receives AppendEntriesReply(term 1, match 1) from n3
 10. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 11. n0 receives AppendEntriesReply(term 1, match 1) from n1: commits up to 1
 12. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 13. n0 receives AppendEntriesReply(term 1, match 1) from n2
 14. an operator asks n0 for the membership {n0,n1,n2} with learners
     {n3,n4,n5}: appends 2@1; uses the membership n0,n1,n2, learners n3,n4,n5
 15-16. the clock of n0 ticks (2 times)
 17. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; uses the membership n0,n1,n2, learners
     n3,n4,n5; acknowledges up to 2
 18. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 19. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     finishes the change
 20. n0 receives AppendEntriesReply(term 1, match 2) from n1
 21. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; uses the membership n0,n1,n2, learners
     n3,n4,n5; acknowledges up to 2
 22. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 23-24. n0 receives AppendEntriesReply(term 1, match 2) from n2 (2 times)
 25. n3 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; uses the membership n0,n1,n2, learners
     n3,n4,n5; acknowledges up to 2
 26. n3 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 27-28. n0 receives AppendEntriesReply(term 1, match 2) from n3 (2 times)
 29. n4 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     adopts term 1; rejects at 1, hint 0@0
 30. n4 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     rejects at 1, hint 0@0
 31-32. n0 receives AppendEntriesReply(term 1, rejected 1, hint 0@0) from n4 (2
        times)
 33. n5 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     adopts term 1; rejects at 1, hint 0@0
 34. n5 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     rejects at 1, hint 0@0
 35-36. n0 receives AppendEntriesReply(term 1, rejected 1, hint 0@0) from n5 (2
        times)
 37-38. the clock of n0 ticks (2 times)
 39. n4 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 2)
     from n0: commits up to 2; appends 1@1 to 2@1; uses the membership
     n0,n1,n2, learners n3,n4,n5; acknowledges up to 2
 40. n4 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 2)
     from n0: acknowledges up to 2
 41-42. n0 receives AppendEntriesReply(term 1, match 2) from n4 (2 times)
 43. n5 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 2)
     from n0: commits up to 2; appends 1@1 to 2@1; uses the membership
     n0,n1,n2, learners n3,n4,n5; acknowledges up to 2
 44. n5 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 2)
     from n0: acknowledges up to 2
 45-46. n0 receives AppendEntriesReply(term 1, match 2) from n5 (2 times)
 47. an operator asks n0 for the membership {n3,n4,n5}: appends 3@1; uses the
     membership n3,n4,n5 jointly with n0,n1,n2
 48-49. the clock of n0 ticks (2 times)
 50. n3 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 51. n3 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     appends 3@1; uses the membership n3,n4,n5 jointly with n0,n1,n2;
     acknowledges up to 3
 52. n3 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 53. n0 receives AppendEntriesReply(term 1, match 2) from n3
 54-55. n0 receives AppendEntriesReply(term 1, match 3) from n3 (2 times)
 56. n4 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     appends 3@1; uses the membership n3,n4,n5 jointly with n0,n1,n2;
     acknowledges up to 3
 57. n4 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 58-59. n0 receives AppendEntriesReply(term 1, match 3) from n4 (2 times)
 60. n0 crashes
 61. the election timeout of n3 elapses: becomes candidate in term 2
 62. n4 receives RequestVote(term 2, last log 3@1) from n3: adopts term 2;
     grants its vote; reply to n3
 63. n3 receives RequestVoteReply(term 2, granted) from n4
 64. n5 receives RequestVote(term 2, last log 3@1) from n3: adopts term 2;
     grants its vote; reply to n3
 65. n3 receives RequestVoteReply(term 2, granted) from n5
 66. n1 receives RequestVote(term 2, last log 3@1) from n3: adopts term 2;
     grants its vote; reply to n3
 67. n3 receives RequestVoteReply(term 2, granted) from n1
 68. n2 receives RequestVote(term 2, last log 3@1) from n3: adopts term 2;
     grants its vote; reply to n3
 69. n3 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 4@2
 70-71. the clock of n3 ticks (2 times)
 72-73. n1 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 2) from
        n3: rejects at 3, hint 2@1 (2 times)
 74-75. n3 receives AppendEntriesReply(term 2, rejected 3, hint 2@1) from n1 (2
        times)
 76-77. n2 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 2) from
        n3: rejects at 3, hint 2@1 (2 times)
 78-79. n3 receives AppendEntriesReply(term 2, rejected 3, hint 2@1) from n2 (2
        times)
 80. n4 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 2) from n3:
     appends 4@2; acknowledges up to 4
 81. n4 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 2) from n3:
     acknowledges up to 4
 82-83. n3 receives AppendEntriesReply(term 2, match 4) from n4 (2 times)
 84-85. n5 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 2) from
        n3: rejects at 3, hint 2@1 (2 times)
 86-87. n3 receives AppendEntriesReply(term 2, rejected 3, hint 2@1) from n5 (2
        times)
 88-89. the clock of n3 ticks (2 times)
 90. n1 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: commits up to 2; appends 3@1 to 4@2; uses the membership n3,n4,n5
     jointly with n0,n1,n2; acknowledges up to 4
 91. n1 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: acknowledges up to 4
 92-93. n3 receives AppendEntriesReply(term 2, match 4) from n1 (2 times)
 94. n2 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: commits up to 2; appends 3@1 to 4@2; uses the membership n3,n4,n5
     jointly with n0,n1,n2; acknowledges up to 4
 95. n2 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: acknowledges up to 4
 96. n3 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     appends 5@2; uses the membership n3,n4,n5
 97. n3 receives AppendEntriesReply(term 2, match 4) from n2
 98-99. the clock of n3 ticks (2 times)
100. n4 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 2) from n3:
     acknowledges up to 4
101. n4 receives AppendEntries(term 2, prev 4@2, entry 5@2, commit 4) from n3:
     commits up to 4; appends 5@2; uses the membership n3,n4,n5; acknowledges
     up to 5
102. n4 receives AppendEntries(term 2, prev 5@2, heartbeat, commit 4) from n3:
     acknowledges up to 5
103. n3 receives AppendEntriesReply(term 2, match 4) from n4
104. n3 receives AppendEntriesReply(term 2, match 5) from n4: commits up to 5
105. n3 receives AppendEntriesReply(term 2, match 5) from n4
106. n5 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: appends 3@1 to 4@2; uses the membership n3,n4,n5 jointly with
     n0,n1,n2; acknowledges up to 4
107. n5 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 2)
     from n3: acknowledges up to 4
108. n5 receives AppendEntries(term 2, prev 2@1, entries 3 to 5@2, commit 4)
     from n3: commits up to 4; appends 5@2; uses the membership n3,n4,n5;
     acknowledges up to 5
109-110. n3 receives AppendEntriesReply(term 2, match 4) from n5 (2 times)
111. n3 receives AppendEntriesReply(term 2, match 5) from n5

node role          term vote commit log (terms); disk if it differs
n0 down          1    n0   -      1 1 1
n1 follower      2    n3   2      1 1 1 2
n2 follower      2    n3   2      1 1 1 2
n3 LEADER        2    n3   5      1 1 1 2 2
n4 follower      2    n3   4      1 1 1 2 2
n5 follower      2    n3   4      1 1 1 2 2
committed                           1 1 1 2 2
