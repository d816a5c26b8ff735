setup     3 nodes, 50 events; writes are durable immediately; 16 entries a
          message; 1 not members at first

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  5. n0 receives AppendEntriesReply(term 1, match 1) from n1: commits up to 1
  6. a client proposes a command to n0: appends 2@1
  7. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
  8. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
  9. an operator asks n0 for the membership {n0,n1} with learners {n2}: appends
     3@1; uses the membership n0,n1, learners n2
 10-11. the clock of n0 ticks (2 times)
 12. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; uses the membership n0,n1, learners n2;
     acknowledges up to 3
 13. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 14. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3;
     finishes the change
 15. n0 receives AppendEntriesReply(term 1, match 3) from n1
 16. the log of n0 is compacted: stores a snapshot up to 3@1
 17-18. the clock of n0 ticks (2 times)
 19. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     adopts term 1; rejects at 2, hint 0@0
 20. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     rejects at 2, hint 0@0
 21. n2 receives InstallSnapshot(term 1, last 3@1, bytes 0 to 32) from n0:
     stores a snapshot up to 3@1; commits up to 3; uses the membership n0,n1,
     learners n2; installs the snapshot up to 3; acknowledges up to 3
 22-23. n0 receives AppendEntriesReply(term 1, rejected 2, hint 0@0) from n2 (2
        times)
 24. n0 receives AppendEntriesReply(term 1, match 3) from n2
 25-26. the clock of n0 ticks (2 times)
 27. n2 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0:
     acknowledges up to 3
 28. n0 receives AppendEntriesReply(term 1, match 3) from n2
 29. a client proposes a command to n0: appends 4@1
 30. n2 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     appends 4@1; acknowledges up to 4
 31. n0 receives AppendEntriesReply(term 1, match 4) from n2
 32-33. the clock of n0 ticks (2 times)
 34. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0:
     commits up to 3; acknowledges up to 3
 35. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0:
     acknowledges up to 3
 36. n1 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     appends 4@1; acknowledges up to 4
 37. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     acknowledges up to 4
 38-39. n0 receives AppendEntriesReply(term 1, match 3) from n1 (2 times)
 40. n0 receives AppendEntriesReply(term 1, match 4) from n1: commits up to 4;
     answers command #2: no value
 41. n0 receives AppendEntriesReply(term 1, match 4) from n1
 42. an operator asks n0 for the membership {n0,n1,n2}: appends 5@1; uses the
     membership n0,n1,n2
 43-44. the clock of n0 ticks (2 times)
 45. n2 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     acknowledges up to 4
 46. n2 receives AppendEntries(term 1, prev 4@1, entry 5@1, commit 4) from n0:
     commits up to 4; appends 5@1; uses the membership n0,n1,n2; acknowledges
     up to 5
 47. n2 receives AppendEntries(term 1, prev 5@1, heartbeat, commit 4) from n0:
     acknowledges up to 5
 48. n0 receives AppendEntriesReply(term 1, match 4) from n2
 49. n0 receives AppendEntriesReply(term 1, match 5) from n2: commits up to 5;
     finishes the change
 50. n0 receives AppendEntriesReply(term 1, match 5) from n2

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   5      1 1 1 1 1
n1 follower      1    n0   3      1 1 1 1
n2 follower      1    -    4      1 1 1 1 1
committed                           1 1 1 1 1
