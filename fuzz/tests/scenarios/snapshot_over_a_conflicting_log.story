setup     3 nodes, 35 events; writes are durable immediately; 16 entries a
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
 10. {n0} is partitioned from the others
 11. a client proposes a command to n0: appends 2@1
 12. a client proposes a command to n0: appends 3@1
 13. a client proposes a command to n0: appends 4@1
 14. a client proposes a command to n0: appends 5@1
 15. a client proposes a command to n0: appends 6@1
 16. the election timeout of n1 elapses: becomes candidate in term 2
 17. n2 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote; reply to n1
 18. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 2@2
 19. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     appends 2@2; acknowledges up to 2
 20. n1 receives AppendEntriesReply(term 2, match 2) from n2: commits up to 2
 21. a client proposes a command to n1: appends 3@2
 22. n2 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n1:
     commits up to 2; appends 3@2; acknowledges up to 3
 23. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     answers command #6: no value
 24. a client proposes a command to n1: appends 4@2
 25. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 3) from n1:
     commits up to 3; appends 4@2; acknowledges up to 4
 26. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #7: no value
 27. the log of n1 is compacted: stores a snapshot up to 4@2
 28. all links are healed
 29-30. the clock of n1 ticks (2 times)
 31. n0 receives InstallSnapshot(term 2, last 4@2, bytes 0 to 32) from n1:
     truncates its log from 4 on; stores a snapshot up to 4@2; steps down to
     follower in term 2; commits up to 4; installs the snapshot up to 4;
     acknowledges up to 4
 32. n1 receives AppendEntriesReply(term 2, match 4) from n0
 33. a client proposes a command to n1: appends 5@2
 34. n0 receives AppendEntries(term 2, prev 4@2, entry 5@2, commit 4) from n1:
     appends 5@2; acknowledges up to 5
 35. n1 receives AppendEntriesReply(term 2, match 5) from n0: commits up to 5;
     answers command #8: no value

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    4      1 2 2 2 2
n1 LEADER        2    n1   5      1 2 2 2 2
n2 follower      2    n1   3      1 2 2 2
committed                           1 2 2 2 2
