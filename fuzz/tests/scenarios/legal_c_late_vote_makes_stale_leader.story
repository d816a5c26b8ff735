setup     3 nodes, 11 events; writes are durable immediately; 1 entry a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. the election timeout of n2 elapses: becomes candidate in term 1
  4. the election timeout of n2 elapses: becomes candidate in term 2
  5. n1 receives RequestVote(term 1, last log 0@0) from n2: refuses its vote,
     which in term 1 is that of n0
  6. n1 receives RequestVote(term 2, last log 0@0) from n2: adopts term 2;
     grants its vote; reply to n2
  7. n2 receives RequestVoteReply(term 2, granted) from n1, which overtakes an
     earlier one: becomes LEADER in term 2; appends 1@2
  8. n1 receives AppendEntries(term 2, prev 0@0, entry 1@2, commit 0) from n2:
     appends 1@2; acknowledges up to 1
  9. n2 receives RequestVoteReply(term 1, refused) from n1
 10. n2 receives AppendEntriesReply(term 2, match 1) from n1: commits up to 1
 11. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   0      1
n1 follower      2    n2   0      2
n2 LEADER        2    n2   1      2
committed                           2
