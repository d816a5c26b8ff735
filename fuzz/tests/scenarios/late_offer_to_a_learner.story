setting   3 nodes, 28 events; writes are durable at once; 16 entries a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  4. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
  5. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
  6. n0 hears from n2: a vote in t1
  7. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
  8. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
  9. n0 hears from n1: ack t1 up to 1
 10. n0 is told to hand the lead to n1
 11. the clock of n0 ticks
 12. the clock of n0 ticks
 13. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 14. n0 hears from n2: ack t1 up to 1
 15. the clock of n0 ticks
 16. the clock of n0 ticks
 17. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 acks up to 1
 18. n0 hears from n2: ack t1 up to 1
 19. n0 is told that {n0,n2} and, as learners, {n1} shall be the cluster; n0
     appends 2@t1; n0 goes by n0,n2, learners n1
 20. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     appends 2@t1; n2 goes by n0,n2, learners n1; n2 acks up to 2
 21. n0 hears from n2: ack t1 up to 2; n0 commits up to 2
 22. the clock of n0 ticks
 23. the clock of n0 ticks
 24. n2 hears from n0: heartbeat t1 after 2@t1, commit 2; n2 commits up to 2;
     n2 acks up to 2
 25. n0 hears from n2: ack t1 up to 2
 26. n1 hears from n0, 3 earlier ones overtaken: AppendEntries t1, 2 to 2@t1
     after 1@t1, commit 1; n1 commits up to 1; n1 appends 2@t1; n1 goes by
     n0,n2, learners n1; n1 acks up to 2
 27. n1 hears from n0, 3 earlier ones overtaken: heartbeat t1 after 2@t1,
     commit 2; n1 commits up to 2; n1 acks up to 2
 28. n1 hears from n0: TimeoutNow t1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   2       1 1
n1 follower  t1 n0   2       1 1
n2 follower  t1 n0   2       1 1
committed                        1 1
