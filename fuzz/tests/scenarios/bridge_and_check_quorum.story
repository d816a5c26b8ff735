setup     5 nodes, 84 events; writes are durable immediately; 1 entry a
          message; CheckQuorum

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
 10. n4 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
 11. n4 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 12. n0 receives RequestVoteReply(term 1, granted) from n4
 13. n0 receives AppendEntriesReply(term 1, match 1) from n4: commits up to 1
 14-15. the clock of n0 ticks (2 times)
 16. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 17. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 18-19. n0 receives AppendEntriesReply(term 1, match 1) from n1 (2 times)
 20. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 21. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 22-23. n0 receives AppendEntriesReply(term 1, match 1) from n2 (2 times)
 24. n3 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 25. n0 receives AppendEntriesReply(term 1, match 1) from n3
 26. n4 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 27. n0 receives AppendEntriesReply(term 1, match 1) from n4
 28. {n0} and the others are partitioned, and only n2 sees both
 29-33. the clock of n0 ticks (5 times)
 34. the clock of n0 ticks: steps down to follower in term 1
 35-36. the clock of n0 ticks (2 times)
 37-40. the clock of n1 ticks (4 times)
 41-44. the clock of n3 ticks (4 times)
 45-48. the clock of n4 ticks (4 times)
 49-51. the clock of n2 ticks (3 times)
 52. the clock of n2 ticks: becomes candidate in term 2
 53. n1 receives RequestVote(term 2, last log 1@1) from n2: adopts term 2;
     grants its vote; reply to n2
 54. n2 receives RequestVoteReply(term 2, granted) from n1
 55. n3 receives RequestVote(term 2, last log 1@1) from n2: adopts term 2;
     grants its vote; reply to n2
 56. n2 receives RequestVoteReply(term 2, granted) from n3: becomes LEADER in
     term 2; appends 2@2
 57. n1 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n2:
     appends 2@2; acknowledges up to 2
 58. n3 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n2:
     appends 2@2; acknowledges up to 2
 59. n2 receives AppendEntriesReply(term 2, match 2) from n1
 60. n4 receives RequestVote(term 2, last log 1@1) from n2: adopts term 2;
     grants its vote; reply to n2
 61. n2 receives RequestVoteReply(term 2, granted) from n4
 62. n4 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n2:
     appends 2@2; acknowledges up to 2
 63. n2 receives AppendEntriesReply(term 2, match 2) from n4: commits up to 2
 64. n2 receives AppendEntriesReply(term 2, match 2) from n3
 65. a client proposes a command to n2: appends 3@2
 66. n1 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n2:
     commits up to 2; appends 3@2; acknowledges up to 3
 67. n2 receives AppendEntriesReply(term 2, match 3) from n1
 68. n3 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n2:
     commits up to 2; appends 3@2; acknowledges up to 3
 69. n2 receives AppendEntriesReply(term 2, match 3) from n3: commits up to 3;
     answers command #1: no value
 70. all links are healed
 71-72. the clock of n2 ticks (2 times)
 73. n0 receives RequestVote(term 2, last log 1@1) from n2: adopts term 2;
     grants its vote; reply to n2
 74. n0 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n2:
     appends 2@2; acknowledges up to 2
 75. n0 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 3) from n2:
     commits up to 2; acknowledges up to 2
 76-77. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from
        n0: rejects at 1, hint 0@0 (2 times)
 78. n2 receives RequestVoteReply(term 2, granted) from n0
 79-80. n2 receives AppendEntriesReply(term 2, match 2) from n0 (2 times)
 81. n4 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n2:
     commits up to 2; appends 3@2; acknowledges up to 3
 82. n4 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n2:
     commits up to 3; acknowledges up to 3
 83-84. n2 receives AppendEntriesReply(term 2, match 3) from n4 (2 times)

node role          term vote commit log (terms); disk if it differs
n0 follower      2    n2   2      1 2
n1 follower      2    n2   2      1 2 2
n2 LEADER        2    n2   3      1 2 2
n3 follower      2    n2   2      1 2 2
n4 follower      2    n2   3      1 2 2
committed                           1 2 2
