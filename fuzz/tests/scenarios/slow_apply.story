setting   3 nodes, 23 events; writes are durable at once; 16 entries a message;
          slow state machines

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
  8. n0 hears from n1: ack t1 up to 2; n0 commits up to 2
  9. a client asks n0; n0 appends 3@t1
 10. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 acks up to 3
 11. n0 hears from n1: ack t1 up to 3; n0 commits up to 3
 12. a client asks n0; n0 appends 4@t1
 13. n1 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n1
     commits up to 3; n1 appends 4@t1; n1 acks up to 4
 14. n0 hears from n1: ack t1 up to 4; n0 commits up to 4
 15. a client asks n0; n0 appends 5@t1
 16. n1 hears from n0: AppendEntries t1, 5 to 5@t1 after 4@t1, commit 4; n1
     commits up to 4; n1 appends 5@t1; n1 acks up to 5
 17. n0 hears from n1: ack t1 up to 5; n0 commits up to 5
 18. the state machine of n0 applies what it was given; n0 applies 1@t1; n0
     applies 2@t1; command #1 is answered: there was nothing
 19. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     2@t1
 20. the state machine of n0 applies what it was given; n0 applies 3@t1; n0
     applies 4@t1; command #2 is answered: there was nothing; command #3 is
     answered: there was nothing
 21. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     4@t1
 22. the state machine of n0 applies what it was given; n0 applies 5@t1;
     command #4 is answered: there was nothing
 23. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     5@t1

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   5       1 1 1 1 1
n1 follower  t1 n0   4       1 1 1 1 1
n2 follower  t0 -    0       -
committed                        1 1 1 1 1
