setting   2 nodes, 13 events; writes wait for the disk; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. the oldest write of n0 is durable
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0
  4. the oldest write of n1 is durable; its vote leaves for n0
  5. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1
  7. the clock of n0 ticks
  8. the clock of n0 ticks
  9. the clock of n0 ticks
 10. the clock of n0 ticks
 11. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0
 12. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0
 13. the oldest write of n1 is durable; n1 acks up to 1; n1 acks up to 1; n1
     acks up to 1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   0       1 (disk: empty)
n1 follower  t1 n0   0       1
committed                        -
