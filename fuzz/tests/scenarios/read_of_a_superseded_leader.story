setup     3 nodes, 26 events; writes are durable immediately; 1 entry a message

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
 10-11. the clock of n0 ticks (2 times)
 12. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 13. n0 receives AppendEntriesReply(term 1, match 1) from n1
 14. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 15. n0 receives AppendEntriesReply(term 1, match 1) from n2
 16. a client reads at n0
 17. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     acknowledges up to 1
 18. the election timeout of n1 elapses: becomes candidate in term 2
 19. n2 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote; reply to n1
 20. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 2@2
 21. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n1:
     appends 2@2; acknowledges up to 2
 22. n1 receives AppendEntriesReply(term 2, match 2) from n2: commits up to 2
 23. a client proposes a command to n1: appends 3@2
 24. n2 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n1:
     commits up to 2; appends 3@2; acknowledges up to 3
 25. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     answers command #1: no value
 26. n0 receives AppendEntriesReply(term 1, match 1) from n1: gives read #0 the
     index 1; answers read #0: no value

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   1      1
n1 LEADER        2    n1   3      1 2 2
n2 follower      2    n1   2      1 2 2
committed                           1 2 2
