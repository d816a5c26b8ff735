setting   3 nodes, 36 events; writes are durable at once; 16 entries a message

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
 10. {n2} is cut off from the others
 11. a client asks n0; n0 appends 2@t1
 12. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 13. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 14. a client asks n0; n0 appends 3@t1
 15. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 acks up to 3
 16. n0 hears from n1: ack t1 up to 3; n0 commits up to 3; command #2 is
     answered: there was nothing
 17. all links work again
 18. n0 is told to hand the lead to n2
 19. a client asks n0; refused: the lead goes to n2: ask there, or again after
     an election timeout
 20. the clock of n0 ticks
 21. the clock of n0 ticks
 22. n2 hears from n0: heartbeat t1 after 3@t1, commit 3; n2 refuses
 23. n0 hears from n2: refusal t1
 24. n2 hears from n0: AppendEntries t1, 2 to 3@t1 after 1@t1, commit 3; n2
     commits up to 3; n2 appends 2@t1 to 3@t1; n2 acks up to 3
 25. n0 hears from n2: ack t1 up to 3
 26. n2 hears from n0: TimeoutNow t1; n2 stands in t2
 27. n1 hears from n2: RequestVote t2, log up to 3@t1; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
 28. n2 hears from n1: a vote in t2; n2 LEADS t2; n2 appends 4@t2
 29. the clock of n2 ticks
 30. the clock of n2 ticks
 31. n0 hears from n2: RequestVote t2, log up to 3@t1; n0 steps down in t2; n0
     votes for n2; its vote leaves for n2
 32. n0 hears from n2: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 3; n0
     appends 4@t2; n0 acks up to 4
 33. n0 hears from n2: AppendEntries t2, 4 to 4@t2 after 3@t1, commit 3; n0
     acks up to 4
 34. n2 hears from n0: a vote in t2
 35. n2 hears from n0: ack t2 up to 4; n2 commits up to 4
 36. n2 hears from n0: ack t2 up to 4

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 n2   3       1 1 1 2
n1 follower  t2 n2   2       1 1 1
n2 LEADER    t2 n2   4       1 1 1 2
committed                        1 1 1 2
