setting   3 nodes, 35 events; writes are durable at once; 16 entries a message

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
 10. {n0} is cut off from the others
 11. a client asks n0; n0 appends 2@t1
 12. a client asks n0; n0 appends 3@t1
 13. a client asks n0; n0 appends 4@t1
 14. a client asks n0; n0 appends 5@t1
 15. a client asks n0; n0 appends 6@t1
 16. the election timeout of n1 elapses; n1 stands in t2
 17. n2 hears from n1: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n1; its vote leaves for n1
 18. n1 hears from n2: a vote in t2; n1 LEADS t2; n1 appends 2@t2
 19. n2 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n2
     appends 2@t2; n2 acks up to 2
 20. n1 hears from n2: ack t2 up to 2; n1 commits up to 2
 21. a client asks n1; n1 appends 3@t2
 22. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n2
     commits up to 2; n2 appends 3@t2; n2 acks up to 3
 23. n1 hears from n2: ack t2 up to 3; n1 commits up to 3; command #6 is
     answered: there was nothing
 24. a client asks n1; n1 appends 4@t2
 25. n2 hears from n1: AppendEntries t2, 4 to 4@t2 after 3@t2, commit 3; n2
     commits up to 3; n2 appends 4@t2; n2 acks up to 4
 26. n1 hears from n2: ack t2 up to 4; n1 commits up to 4; command #7 is
     answered: there was nothing
 27. the state machine of n1 hands out its state; n1 keeps a snapshot up to
     4@t2
 28. all links work again
 29. the clock of n1 ticks
 30. the clock of n1 ticks
 31. n0 hears from n1: n0 removes its entries from 4 on; bytes 0 to 32 of a
     snapshot up to 4@t2, t2; n0 steps down in t2; n0 commits up to 4; n0 keeps
     a snapshot up to 4@t2; n0 goes on from a snapshot up to 4; n0 acks up to 4
 32. n1 hears from n0: ack t2 up to 4
 33. a client asks n1; n1 appends 5@t2
 34. n0 hears from n1: AppendEntries t2, 5 to 5@t2 after 4@t2, commit 4; n0
     appends 5@t2; n0 acks up to 5
 35. n1 hears from n0: ack t2 up to 5; n1 commits up to 5; command #8 is
     answered: there was nothing

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 -    4       1 2 2 2 2
n1 LEADER    t2 n1   5       1 2 2 2 2
n2 follower  t2 n1   3       1 2 2 2
committed                        1 2 2 2 2
