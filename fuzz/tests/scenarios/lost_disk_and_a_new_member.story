setup     4 nodes, 65 events; writes are durable immediately; 1 entry a
          message; 1 not members at first

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  6. n0 receives RequestVoteReply(term 1, granted) from n2
  7. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
  8. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  9. n0 receives AppendEntriesReply(term 1, match 1) from n1
 10. a client proposes a command to n0: appends 2@1
 11. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 12. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 13. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 14. n0 receives AppendEntriesReply(term 1, match 2) from n2
 15-16. the clock of n0 ticks (2 times)
 17. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 18. n0 receives AppendEntriesReply(term 1, match 2) from n1
 19. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 20. n0 receives AppendEntriesReply(term 1, match 2) from n2
 21. the log of n0 is compacted: stores a snapshot up to 2@1
 22. n2 loses its disk
 23. n2 restarts: finds that its disk lacks what was reported as durable
 24. an operator asks n0 for the membership {n0,n1,n3}: appends 3@1; uses the
     membership n0,n1,n3 jointly with n0,n1,n2
 25-26. the clock of n0 ticks (2 times)
 27. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     appends 3@1; uses the membership n0,n1,n3 jointly with n0,n1,n2;
     acknowledges up to 3
 28. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 29. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3;
     appends 4@1; uses the membership n0,n1,n3
 30. n0 receives AppendEntriesReply(term 1, match 3) from n1
 31. n3 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     adopts term 1; rejects at 2, hint 0@0
 32. n3 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     rejects at 2, hint 0@0
 33-34. n0 receives AppendEntriesReply(term 1, rejected 2, hint 0@0) from n3 (2
        times)
 35-36. the clock of n0 ticks (2 times)
 37. n1 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     commits up to 3; appends 4@1; uses the membership n0,n1,n3; acknowledges
     up to 4
 38. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     acknowledges up to 4
 39. n0 receives AppendEntriesReply(term 1, match 4) from n1: commits up to 4;
     finishes the change
 40. n0 receives AppendEntriesReply(term 1, match 4) from n1
 41. n3 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 32) from n0:
     stores a snapshot up to 2@1; commits up to 2; installs the snapshot up to
     2; acknowledges up to 2
 42. n3 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 32) from n0:
     acknowledges up to 2
 43-44. n0 receives AppendEntriesReply(term 1, match 2) from n3 (2 times)
 45-46. the clock of n0 ticks (2 times)
 47. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 4) from n0:
     commits up to 4; acknowledges up to 4
 48. n0 receives AppendEntriesReply(term 1, match 4) from n1
 49. n3 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 4) from n0:
     commits up to 3; appends 3@1; uses the membership n0,n1,n3 jointly with
     n0,n1,n2; acknowledges up to 3
 50. n3 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 4) from n0:
     commits up to 4; appends 4@1; uses the membership n0,n1,n3; acknowledges
     up to 4
 51. n3 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 4) from n0:
     acknowledges up to 4
 52. n0 receives AppendEntriesReply(term 1, match 3) from n3
 53-54. n0 receives AppendEntriesReply(term 1, match 4) from n3 (2 times)
 55. a client proposes a command to n0: appends 5@1
 56. n1 receives AppendEntries(term 1, prev 4@1, entry 5@1, commit 4) from n0:
     appends 5@1; acknowledges up to 5
 57. n0 receives AppendEntriesReply(term 1, match 5) from n1: commits up to 5;
     answers command #2: no value
 58. n3 receives AppendEntries(term 1, prev 4@1, entry 5@1, commit 4) from n0:
     appends 5@1; acknowledges up to 5
 59. n0 receives AppendEntriesReply(term 1, match 5) from n3
 60-61. the clock of n0 ticks (2 times)
 62. n1 receives AppendEntries(term 1, prev 5@1, heartbeat, commit 5) from n0:
     commits up to 5; acknowledges up to 5
 63. n0 receives AppendEntriesReply(term 1, match 5) from n1
 64. n3 receives AppendEntries(term 1, prev 5@1, heartbeat, commit 5) from n0:
     commits up to 5; acknowledges up to 5
 65. n0 receives AppendEntriesReply(term 1, match 5) from n3

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   5      1 1 1 1 1
n1 follower      1    n0   5      1 1 1 1 1
n2 down          1    n0   -      1 1
n3 follower      1    -    5      1 1 1 1 1
committed                           1 1 1 1 1
