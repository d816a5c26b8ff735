setting   5 nodes, 33 events; writes are durable at once; 1 entry a message;
          Pre-Vote

  1. the election timeout of n0 elapses; it asks n1; it asks n2; it asks n3; it
     asks n4
  2. n1 hears from n0: Pre-Vote? t0, log up to 0@t0; n1 would vote for n0
  3. n0 hears from n1: would vote, t0
  4. n2 hears from n0: Pre-Vote? t0, log up to 0@t0; n2 would vote for n0
  5. n0 hears from n2: would vote, t0; n0 stands in t1
  6. n3 hears from n0: Pre-Vote? t0, log up to 0@t0; n3 would vote for n0
  7. n3 hears from n0: RequestVote t1, log up to 0@t0; n3 enters t1; n3 votes
     for n0; its vote leaves for n0
  8. n0 hears from n3: would vote, t0
  9. n0 hears from n3: a vote in t1
 10. n4 hears from n0: Pre-Vote? t0, log up to 0@t0; n4 would vote for n0
 11. n4 hears from n0: RequestVote t1, log up to 0@t0; n4 enters t1; n4 votes
     for n0; its vote leaves for n0
 12. n0 hears from n4: would vote, t0
 13. n0 hears from n4: a vote in t1; n0 LEADS t1; n0 appends 1@t1
 14. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
 15. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 16. n0 hears from n1: a vote in t1
 17. n0 hears from n1: ack t1 up to 1
 18. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
 19. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 20. n0 hears from n2: a vote in t1
 21. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
 22. n3 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     appends 1@t1; n3 acks up to 1
 23. n0 hears from n3: ack t1 up to 1
 24. n4 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     appends 1@t1; n4 acks up to 1
 25. n0 hears from n4: ack t1 up to 1
 26. a client asks n0; n0 appends 2@t1
 27. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 28. n0 hears from n1: ack t1 up to 2
 29. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 30. n0 hears from n2: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 31. a client asks n0; n0 appends 3@t1
 32. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 acks up to 3
 33. n0 hears from n1: ack t1 up to 3
 34. at last n1,n2,n4 run, the others are lost for good, all links work, and
     clocks tick in turn: n1 LEADS t2; after 12 ticks all is well; nothing
     happens for 21 ticks

node role      term vote commit  log, by term; the disk if it differs
n0 down      t1 n0   -       1 1 1
n1 LEADER    t2 n1   7       1 1 1 2 2 2 2
n2 follower  t2 n1   7       1 1 1 2 2 2 2
n3 down      t1 n0   -       1
n4 follower  t2 n1   7       1 1 1 2 2 2 2
committed                        1 1 1 2 2 2 2
