setup     5 nodes, 63 events; writes are durable immediately; 16 entries a
          message; 1 not members at first

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
 14. {n0,n4} is partitioned from the others
 15. an operator asks n0 for the membership {n0,n1,n2,n3,n4}: appends 2@1; uses
     the membership n0,n1,n2,n3,n4
 16-17. the clock of n0 ticks (2 times)
 18. n4 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     adopts term 1; rejects at 1, hint 0@0
 19. n4 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     rejects at 1, hint 0@0
 20-21. n0 receives AppendEntriesReply(term 1, rejected 1, hint 0@0) from n4 (2
        times)
 22-23. the clock of n0 ticks (2 times)
 24. n4 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 1)
     from n0: commits up to 1; appends 1@1 to 2@1; uses the membership
     n0,n1,n2,n3,n4; acknowledges up to 2
 25. n4 receives AppendEntries(term 1, prev 0@0, entries 1 to 2@1, commit 1)
     from n0: acknowledges up to 2
 26-27. n0 receives AppendEntriesReply(term 1, match 2) from n4 (2 times)
 28. the election timeout of n1 elapses: becomes candidate in term 2
 29. n2 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote; reply to n1
 30. n1 receives RequestVoteReply(term 2, granted) from n2
 31. n3 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote; reply to n1
 32. n1 receives RequestVoteReply(term 2, granted) from n3: becomes LEADER in
     term 2; appends 2@2
 33. an operator asks n1 for the membership {n1,n2,n3}: refuses: the leader is
     new: ask again when it has committed its first entry
 34-35. the clock of n1 ticks (2 times)
 36. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     appends 2@2; acknowledges up to 2
 37. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     acknowledges up to 2
 38-39. n1 receives AppendEntriesReply(term 2, match 2) from n2 (2 times)
 40. n3 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     appends 2@2; acknowledges up to 2
 41. n3 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     acknowledges up to 2
 42. n1 receives AppendEntriesReply(term 2, match 2) from n3: commits up to 2
 43. n1 receives AppendEntriesReply(term 2, match 2) from n3
 44. an operator asks n1 for the membership {n1,n2,n3}: appends 3@2; uses the
     membership n1,n2,n3
 45. {n3} is partitioned from the others
 46-47. the clock of n1 ticks (2 times)
 48. n2 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n1:
     commits up to 2; appends 3@2; uses the membership n1,n2,n3; acknowledges
     up to 3
 49. n2 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 2) from n1:
     acknowledges up to 3
 50. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     finishes the change
 51. n1 receives AppendEntriesReply(term 2, match 3) from n2
 52. all links are healed
 53-54. the clock of n0 ticks (2 times)
 55. n3 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     rejects at 2, hint 0@0
 56. n0 receives AppendEntriesReply(term 2, rejected 2, hint 0@0) from n3:
     steps down to follower in term 2; gives up the change
 57. the election timeout of n0 elapses: becomes candidate in term 3
 58. n3 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     refuses its vote
 59. n0 receives RequestVoteReply(term 3, refused) from n3
 60. n4 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 61. n4 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     grants its vote; reply to n0
 62. n0 receives AppendEntriesReply(term 1, match 2) from n4
 63. n0 receives RequestVoteReply(term 3, granted) from n4

node role          term vote commit log (terms); disk if it differs
n0 candidate     3    n0   1      1 1
n1 LEADER        2    n1   3      1 2 2
n2 follower      2    n1   2      1 2 2
n3 follower      3    -    0      1 2
n4 follower      3    n0   1      1 1
committed                           1 2 2
