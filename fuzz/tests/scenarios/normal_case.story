setting   3 nodes, 17 events; writes are durable at once; 4 entries a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  4. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
  5. n0 hears from n1: ack t1 up to 1; n0 commits up to 1
  6. a client asks n0; n0 appends 2@t1
  7. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
  8. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
  9. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
 10. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 11. n0 hears from n2: a vote in t1
 12. n0 hears from n2: ack t1 up to 1
 13. the clock of n0 ticks
 14. the clock of n0 ticks
 15. n1 hears from n0: heartbeat t1 after 2@t1, commit 2; n1 commits up to 2;
     n1 acks up to 2
 16. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 2; n2
     commits up to 2; n2 appends 2@t1; n2 acks up to 2
 17. n2 hears from n0: heartbeat t1 after 2@t1, commit 2; n2 acks up to 2

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   2       1 1
n1 follower  t1 n0   2       1 1
n2 follower  t1 n0   2       1 1
committed                        1 1
