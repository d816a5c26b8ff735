setup     2 nodes, 13 events; writes are durable when an event says so; 1 entry
          a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. the oldest write of n0 becomes durable
  3. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  4. the oldest write of n1 becomes durable: sends its vote to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  6. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1
  7-10. the clock of n0 ticks (4 times)
 11-12. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from
        n0 (2 times)
 13. the oldest write of n1 becomes durable: acknowledges up to 1; acknowledges
     up to 1; acknowledges up to 1

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   0      1 (disk: empty)
n1 follower      1    n0   0      1
committed                           -
