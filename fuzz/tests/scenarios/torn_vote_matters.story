setup     3 nodes, 9 events; writes are durable when an event says so; 1 entry
          a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. the oldest write of n0 becomes durable
  3. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  4. the oldest write of n1 fails: halts
  5. n1 restarts: is in term 1 with its log up to 0@0
  6. the election timeout of n2 elapses: becomes candidate in term 1
  7. the oldest write of n2 becomes durable
  8. n1 receives RequestVote(term 1, last log 0@0) from n2: refuses its vote,
     which in term 1 is that of n0
  9. n2 receives RequestVoteReply(term 1, refused) from n1

node role          term vote commit log (terms); disk if it differs
n0 candidate     1    n0   0      -
n1 follower      1    n0   0      -
n2 candidate     1    n2   0      -
committed                           -
