setting   3 nodes, 28 events; writes wait for the disk; 1 entry a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. the oldest write of n0 is durable
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0
  4. the oldest write of n1 is durable; its vote leaves for n0
  5. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. the oldest write of n0 is durable
  7. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0
  8. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1
  9. the oldest write of n2 is durable; its vote leaves for n0
 10. the oldest write of n2 is durable; n2 acks up to 1
 11. n0 hears from n2: a vote in t1
 12. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
 13. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1
 14. the oldest write of n1 is durable; n1 acks up to 1
 15. n0 hears from n1: ack t1 up to 1
 16. the clock of n0 ticks
 17. the clock of n0 ticks
 18. n1 hears from n0: heartbeat t1 after 1@t1, commit 1; n1 commits up to 1;
     n1 acks up to 1
 19. n0 hears from n1: ack t1 up to 1
 20. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 21. n0 hears from n2: ack t1 up to 1
 22. a client asks n0; n0 appends 2@t1
 23. n0 crashes
 24. the last entry on the disk of n0 is damaged
 25. n0 starts; n0 cuts off 2 and what follows, which it never promised; n0 is
     in t1, with its log up to 1@t1
 26. n1 crashes
 27. the last entry on the disk of n1 is damaged
 28. n1 starts; n1 cannot read what it promised to keep

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t1 n0   0       1
n1 down      t1 n0   -       1
n2 follower  t1 n0   1       1
committed                        1
