setup     3 nodes, 17 events; writes are durable immediately; 4 entries a
          message

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
  9. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
 10. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 11. n0 receives RequestVoteReply(term 1, granted) from n2
 12. n0 receives AppendEntriesReply(term 1, match 1) from n2
 13-14. the clock of n0 ticks (2 times)
 15. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 16. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 2) from n0:
     commits up to 2; appends 2@1; acknowledges up to 2
 17. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     acknowledges up to 2

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   2      1 1
n1 follower      1    n0   2      1 1
n2 follower      1    n0   2      1 1
committed                           1 1
