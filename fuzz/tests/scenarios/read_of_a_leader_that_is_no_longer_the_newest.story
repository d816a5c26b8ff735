setting   3 nodes, 26 events; writes are durable at once; 1 entry a message

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
 10. the clock of n0 ticks
 11. the clock of n0 ticks
 12. n1 hears from n0: heartbeat t1 after 1@t1, commit 1; n1 commits up to 1;
     n1 acks up to 1
 13. n0 hears from n1: ack t1 up to 1
 14. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 15. n0 hears from n2: ack t1 up to 1
 16. a client reads at n0
 17. n1 hears from n0: heartbeat t1 after 1@t1, commit 1; n1 acks up to 1
 18. the election timeout of n1 elapses; n1 stands in t2
 19. n2 hears from n1: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n1; its vote leaves for n1
 20. n1 hears from n2: a vote in t2; n1 LEADS t2; n1 appends 2@t2
 21. n2 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n2
     appends 2@t2; n2 acks up to 2
 22. n1 hears from n2: ack t2 up to 2; n1 commits up to 2
 23. a client asks n1; n1 appends 3@t2
 24. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n2
     commits up to 2; n2 appends 3@t2; n2 acks up to 3
 25. n1 hears from n2: ack t2 up to 3; n1 commits up to 3; command #1 is
     answered: there was nothing
 26. n0 hears from n1: ack t1 up to 1; read #0: whatever stands at 1; read #0
     is answered: there was nothing

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   1       1
n1 LEADER    t2 n1   3       1 2 2
n2 follower  t2 n1   2       1 2 2
committed                        1 2 2
