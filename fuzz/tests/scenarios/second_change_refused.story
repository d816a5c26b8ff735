setting   5 nodes, 32 events; writes are durable at once; 16 entries a message;
          2 outside at first

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
 10. n0 is told that {n0,n1,n2,n3} shall be the cluster; n0 appends 2@t1; n0
     goes by n0,n1,n2,n3
 11. n0 is told that {n0,n1,n2,n3,n4} shall be the cluster; refused: the change
     at 2 is under way: ask again when it is done
 12. the clock of n0 ticks
 13. the clock of n0 ticks
 14. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 goes by n0,n1,n2,n3; n1 acks up to 2
 15. n1 hears from n0: heartbeat t1 after 2@t1, commit 1; n1 acks up to 2
 16. n0 hears from n1: ack t1 up to 2
 17. n0 hears from n1: ack t1 up to 2
 18. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 goes by n0,n1,n2,n3; n2 acks up to 2
 19. n2 hears from n0: heartbeat t1 after 2@t1, commit 1; n2 acks up to 2
 20. n0 hears from n2: ack t1 up to 2; n0 commits up to 2
 21. n0 hears from n2: ack t1 up to 2
 22. n0 is told that {n0,n1,n2,n3,n4} shall be the cluster; n0 appends 3@t1; n0
     goes by n0,n1,n2,n3,n4
 23. the clock of n0 ticks
 24. the clock of n0 ticks
 25. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 goes by n0,n1,n2,n3,n4; n1 acks up to
     3
 26. n1 hears from n0: heartbeat t1 after 3@t1, commit 2; n1 acks up to 3
 27. n0 hears from n1: ack t1 up to 3
 28. n0 hears from n1: ack t1 up to 3
 29. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     commits up to 2; n2 appends 3@t1; n2 goes by n0,n1,n2,n3,n4; n2 acks up to
     3
 30. n2 hears from n0: heartbeat t1 after 3@t1, commit 2; n2 acks up to 3
 31. n0 hears from n2: ack t1 up to 3; n0 commits up to 3
 32. n0 hears from n2: ack t1 up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   3       1 1 1
n1 follower  t1 n0   2       1 1 1
n2 follower  t1 n0   2       1 1 1
n3 follower  t0 -    0       -
n4 follower  t0 -    0       -
committed                        1 1 1
