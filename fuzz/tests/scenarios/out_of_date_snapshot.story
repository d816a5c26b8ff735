setup     3 nodes, 27 events; writes are durable immediately; 16 entries a
          message

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
 14. n2 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 32) from n0, and
     a copy stays in flight: stores a snapshot up to 2@1; adopts term 1;
     commits up to 2; installs the snapshot up to 2; acknowledges up to 2
 15. n0 receives AppendEntriesReply(term 1, match 2) from n2
 16. a client proposes a command to n0: appends 3@1
 17. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0,
     which overtakes an earlier one: appends 3@1; acknowledges up to 3
 18. n0 receives AppendEntriesReply(term 1, match 3) from n2: commits up to 3;
     answers command #2: no value
 19-20. the clock of n0 ticks (2 times)
 21. n2 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0,
     which overtakes an earlier one: commits up to 3; acknowledges up to 3
 22. n0 receives AppendEntriesReply(term 1, match 3) from n2
 23. n2 receives InstallSnapshot(term 1, last 2@1, bytes 0 to 32) from n0:
     acknowledges up to 2
 24. n0 receives AppendEntriesReply(term 1, match 2) from n2
 25. a client proposes a command to n0: appends 4@1
 26. n2 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     appends 4@1; acknowledges up to 4
 27. n0 receives AppendEntriesReply(term 1, match 4) from n2: commits up to 4;
     answers command #3: no value

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   4      1 1 1 1
n1 follower      1    n0   1      1 1
n2 follower      1    -    3      1 1 1 1
committed                           1 1 1 1
