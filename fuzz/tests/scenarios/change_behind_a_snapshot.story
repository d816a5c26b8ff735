setup     3 nodes, 41 events; writes are durable immediately; 16 entries a
          message

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
 11. a client proposes a command to n0: appends 3@1
 12. an operator asks n0 for the membership {n0,n1} with learners {n2}: appends
     4@1; uses the membership n0,n1, learners n2
 13. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 14. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 1) from n0:
     appends 3@1; acknowledges up to 3
 15. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 16. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3;
     answers command #2: no value
 17. the log of n0 is compacted: stores a snapshot up to 3@1
 18-19. the clock of n0 ticks (2 times)
 20. n2 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0,
     which overtakes 3 earlier ones: rejects at 4, hint 1@1
 21. n0 receives AppendEntriesReply(term 1, rejected 4, hint 1@1) from n2
 22. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 23. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 1) from n0:
     appends 3@1; acknowledges up to 3
 24. n2 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 1) from n0:
     appends 4@1; uses the membership n0,n1, learners n2; acknowledges up to 4
 25. n2 receives InstallSnapshot(term 1, last 3@1, bytes 0 to 32) from n0:
     stores a snapshot up to 3@1; commits up to 3; installs the snapshot up to
     3; acknowledges up to 3
 26. n0 receives AppendEntriesReply(term 1, match 2) from n2
 27. n0 receives AppendEntriesReply(term 1, match 3) from n2
 28. n0 receives AppendEntriesReply(term 1, match 4) from n2
 29. n0 receives AppendEntriesReply(term 1, match 3) from n2
 30-31. the clock of n0 ticks (2 times)
 32. n1 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 1) from n0:
     appends 4@1; uses the membership n0,n1, learners n2; acknowledges up to 4
 33. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     commits up to 3; acknowledges up to 4
 34. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     acknowledges up to 4
 35. n0 receives AppendEntriesReply(term 1, match 4) from n1: commits up to 4;
     finishes the change
 36-37. n0 receives AppendEntriesReply(term 1, match 4) from n1 (2 times)
 38. n2 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     acknowledges up to 4
 39. n2 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 3) from n0:
     acknowledges up to 4
 40-41. n0 receives AppendEntriesReply(term 1, match 4) from n2 (2 times)

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   4      1 1 1 1
n1 follower      1    n0   3      1 1 1 1
n2 follower      1    n0   3      1 1 1 1
committed                           1 1 1 1
