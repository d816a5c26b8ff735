setup     5 nodes, 89 events; writes are durable immediately; 1 entry a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1
  4. n3 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n3: becomes LEADER in
     term 1; appends 1@1
  6. a client proposes a command to n0: appends 2@1
  7. the election timeout of n2 elapses: becomes candidate in term 1
  8. the election timeout of n2 elapses: becomes candidate in term 2
  9. n1 receives RequestVote(term 1, last log 0@0) from n2: refuses its vote,
     which in term 1 is that of n0
 10. n1 receives RequestVote(term 2, last log 0@0) from n2: adopts term 2;
     grants its vote; reply to n2
 11. n2 receives RequestVoteReply(term 1, refused) from n1
 12. n2 receives RequestVoteReply(term 2, granted) from n1
 13. n4 receives RequestVote(term 1, last log 0@0) from n2: adopts term 1;
     grants its vote; reply to n2
 14. n4 receives RequestVote(term 2, last log 0@0) from n2: adopts term 2;
     grants its vote; reply to n2
 15. n2 receives RequestVoteReply(term 1, granted) from n4
 16. n2 receives RequestVoteReply(term 2, granted) from n4: becomes LEADER in
     term 2; appends 1@2
 17. n0 crashes
 18. n0 restarts: is in term 1 with its log up to 2@1
 19. the election timeout of n0 elapses: becomes candidate in term 2
 20. the election timeout of n0 elapses: becomes candidate in term 3
 21. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     rejects at 0, hint 0@0
 22. n1 receives RequestVote(term 2, last log 2@1) from n0: refuses its vote,
     which in term 2 is that of n2
 23. n1 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     grants its vote; reply to n0
 24. n0 receives AppendEntriesReply(term 2, rejected 0, hint 0@0) from n1
 25. n0 receives RequestVoteReply(term 2, refused) from n1
 26. n0 receives RequestVoteReply(term 3, granted) from n1
 27. n3 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 28. n3 receives RequestVote(term 2, last log 2@1) from n0: adopts term 2;
     grants its vote; reply to n0
 29. n3 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     grants its vote; reply to n0
 30. n0 receives AppendEntriesReply(term 1, match 1) from n3
 31. n0 receives RequestVoteReply(term 2, granted) from n3
 32. n0 receives RequestVoteReply(term 3, granted) from n3: becomes LEADER in
     term 3; appends 3@3
 33-34. the clock of n0 ticks (2 times)
 35-36. n1 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from
        n0: rejects at 2, hint 0@0 (2 times)
 37-38. n0 receives AppendEntriesReply(term 3, rejected 2, hint 0@0) from n1 (2
        times)
 39-40. n3 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from
        n0: rejects at 2, hint 1@1 (2 times)
 41-42. n0 receives AppendEntriesReply(term 3, rejected 2, hint 1@1) from n3 (2
        times)
 43-44. the clock of n0 ticks (2 times)
 45. n1 receives AppendEntries(term 3, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 46. n1 receives AppendEntries(term 3, prev 0@0, entry 1@1, commit 0) from n0:
     acknowledges up to 1
 47-48. n0 receives AppendEntriesReply(term 3, match 1) from n1 (2 times)
 49. n3 receives AppendEntries(term 3, prev 1@1, entry 2@1, commit 0) from n0:
     appends 2@1; acknowledges up to 2
 50. n3 receives AppendEntries(term 3, prev 1@1, entry 2@1, commit 0) from n0:
     acknowledges up to 2
 51-52. n0 receives AppendEntriesReply(term 3, match 2) from n3 (2 times)
 53-54. the clock of n0 ticks (2 times)
 55. n1 receives AppendEntries(term 3, prev 1@1, entry 2@1, commit 0) from n0:
     appends 2@1; acknowledges up to 2
 56. n1 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from n0:
     appends 3@3; acknowledges up to 3
 57. n1 receives AppendEntries(term 3, prev 3@3, heartbeat, commit 0) from n0:
     acknowledges up to 3
 58. n0 receives AppendEntriesReply(term 3, match 2) from n1
 59-60. n0 receives AppendEntriesReply(term 3, match 3) from n1 (2 times)
 61. n3 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from n0:
     appends 3@3; acknowledges up to 3
 62. n3 receives AppendEntries(term 3, prev 3@3, heartbeat, commit 0) from n0:
     acknowledges up to 3
 63. n0 receives AppendEntriesReply(term 3, match 3) from n3: commits up to 3
 64. n0 receives AppendEntriesReply(term 3, match 3) from n3
 65-66. the clock of n0 ticks (2 times)
 67. n1 receives AppendEntries(term 3, prev 3@3, heartbeat, commit 3) from n0:
     commits up to 3; acknowledges up to 3
 68. n0 receives AppendEntriesReply(term 3, match 3) from n1
 69. n3 receives AppendEntries(term 3, prev 3@3, heartbeat, commit 3) from n0:
     commits up to 3; acknowledges up to 3
 70. n0 receives AppendEntriesReply(term 3, match 3) from n3
 71. n4 receives RequestVote(term 1, last log 0@0) from n0: refuses its vote,
     which in term 2 is that of n2
 72. n4 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     rejects at 0, hint 0@0
 73. n4 receives RequestVote(term 2, last log 2@1) from n0: refuses its vote,
     which in term 2 is that of n2
 74. n4 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     grants its vote; reply to n0
 75-78. n4 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from
        n0: rejects at 2, hint 0@0 (4 times)
 79. n4 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 3) from n0:
     rejects at 2, hint 0@0
 80. n0 receives RequestVoteReply(term 2, refused) from n4
 81. n0 receives AppendEntriesReply(term 2, rejected 0, hint 0@0) from n4
 82. n0 receives RequestVoteReply(term 2, refused) from n4
 83. n0 receives RequestVoteReply(term 3, granted) from n4
 84-88. n0 receives AppendEntriesReply(term 3, rejected 2, hint 0@0) from n4 (5
        times)
 89. n4 receives AppendEntries(term 3, prev 0@0, entry 1@1, commit 3) from n0:
     commits up to 1; appends 1@1; acknowledges up to 1

node role          term vote commit log (terms); disk if it differs
n0 LEADER        3    n0   3      1 1 3
n1 follower      3    n0   3      1 1 3
n2 LEADER        2    n2   0      2
n3 follower      3    n0   3      1 1 3
n4 follower      3    n0   1      1
committed                           1 1 3
