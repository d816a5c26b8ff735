setting   3 nodes, 26 events; writes are durable at once; 16 entries a message;
          snapshots in pieces of 16 bytes

  1. {n2} is cut off from the others
  2. the election timeout of n0 elapses; n0 stands in t1
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  4. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  5. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
  6. n0 hears from n1: ack t1 up to 1; n0 commits up to 1
  7. a client asks n0; n0 appends 2@t1
  8. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
  9. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 10. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     2@t1
 11. all links work again
 12. the clock of n0 ticks
 13. the clock of n0 ticks
 14. n2 hears from n0: bytes 0 to 16 of a snapshot up to 2@t1, t1; n2 enters t1
 15. n0 hears from n2: nothing that binds
 16. n2 crashes
 17. n2 starts; n2 is in t1, with its log up to 0@t0
 18. n2 hears from n0: bytes 16 to 32 of a snapshot up to 2@t1, t1
 19. n0 hears from n2: nothing that binds
 20. n2 hears from n0: bytes 0 to 16 of a snapshot up to 2@t1, t1
 21. n0 hears from n2: nothing that binds
 22. n2 hears from n0: bytes 16 to 32 of a snapshot up to 2@t1, t1; n2 commits
     up to 2; n2 keeps a snapshot up to 2@t1; n2 goes on from a snapshot up to
     2; n2 acks up to 2
 23. n0 hears from n2: ack t1 up to 2
 24. a client asks n0; n0 appends 3@t1
 25. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     appends 3@t1; n2 acks up to 3
 26. n0 hears from n2: ack t1 up to 3; n0 commits up to 3; command #2 is
     answered: there was nothing

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   3       1 1 1
n1 follower  t1 n0   1       1 1
n2 follower  t1 -    2       1 1 1
committed                        1 1 1
