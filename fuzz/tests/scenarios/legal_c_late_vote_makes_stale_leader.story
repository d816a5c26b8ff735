setting   3 nodes, 11 events; writes are durable at once; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. the election timeout of n2 elapses; n2 stands in t1
  4. the election timeout of n2 elapses; n2 stands in t2
  5. n1 hears from n2: RequestVote t1, log up to 0@t0; n1 refuses
  6. n1 hears from n2: RequestVote t2, log up to 0@t0; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
  7. n2 hears from n1, 1 earlier ones overtaken: a vote in t2; n2 LEADS t2; n2
     appends 1@t2
  8. n1 hears from n2: AppendEntries t2, 1 to 1@t2 after 0@t0, commit 0; n1
     appends 1@t2; n1 acks up to 1
  9. n2 hears from n1: no vote, t1
 10. n2 hears from n1: ack t2 up to 1; n2 commits up to 1
 11. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   0       1
n1 follower  t2 n2   0       2
n2 LEADER    t2 n2   1       2
committed                        2
