setup     3 nodes, 26 events; writes are durable immediately; 16 entries a
          message; snapshots in chunks of 16 bytes

  1. {n2} is partitioned from the others
  2. the election timeout of n0 elapses: becomes candidate in term 1
  3. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  4. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  5. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  6. n0 receives AppendEntriesReply(term 1, match 1) from n1: commits up to 1
  7. a client proposes a command to n0: appends 2@1
  8. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
  9. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 10. the log of n0 is compacted: stores a snapshot up to 2@1
 11. all links are healed
 12-13. the clock of n0 ticks (2 times)
 14. n2 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 16) from n0:
     adopts term 1
 15. n0 receives a reply that claims nothing (term 1) from n2
 16. n2 crashes
 17. n2 restarts: is in term 1 with its log up to 0@0
 18. n2 receives InstallSnapshot(term 1, last 2@1, bytes 16 to 32) from n0
 19. n0 receives a reply that claims nothing (term 1) from n2
 20. n2 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 16) from n0
 21. n0 receives a reply that claims nothing (term 1) from n2
 22. n2 receives InstallSnapshot(term 1, last 2@1, bytes 16 to 32) from n0:
     stores a snapshot up to 2@1; commits up to 2; installs the snapshot up to
     2; acknowledges up to 2
 23. n0 receives AppendEntriesReply(term 1, match 2) from n2
 24. a client proposes a command to n0: appends 3@1
 25. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     appends 3@1; acknowledges up to 3
 26. n0 receives AppendEntriesReply(term 1, match 3) from n2: commits up to 3;
     answers command #2: no value

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   3      1 1 1
n1 follower      1    n0   1      1 1
n2 follower      1    -    2      1 1 1
committed                           1 1 1
