setting   3 nodes, 9 events; writes wait for the disk; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. the oldest write of n0 is durable
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0
  4. the oldest write of n1 fails; n1 halts
  5. n1 starts; n1 is in t1, with its log up to 0@t0
  6. the election timeout of n2 elapses; n2 stands in t1
  7. the oldest write of n2 is durable
  8. n1 hears from n2: RequestVote t1, log up to 0@t0; n1 refuses
  9. n2 hears from n1: no vote, t1

node role      term vote commit  log, by term; the disk if it differs
n0 candidate t1 n0   0       -
n1 follower  t1 n0   0       -
n2 candidate t1 n2   0       -
committed                        -
