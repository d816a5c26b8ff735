setting   3 nodes, 39 events; writes are durable at once; 1 entry a message;
          Pre-Vote

  1. the election timeout of n0 elapses; it asks n1; it asks n2
  2. n1 hears from n0: Pre-Vote? t0, log up to 0@t0; n1 would vote for n0
  3. n0 hears from n1: would vote, t0; n0 stands in t1
  4. n2 hears from n0: Pre-Vote? t0, log up to 0@t0; n2 would vote for n0
  5. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0; its vote leaves for n0
  6. n0 hears from n2: would vote, t0
  7. n0 hears from n2: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  8. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  9. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 10. n0 hears from n1: a vote in t1
 11. n0 hears from n1: ack t1 up to 1; n0 commits up to 1
 12. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 13. n0 hears from n2: ack t1 up to 1
 14. the clock of n0 ticks
 15. the clock of n0 ticks
 16. n1 hears from n0: heartbeat t1 after 1@t1, commit 1; n1 commits up to 1;
     n1 acks up to 1
 17. n0 hears from n1: ack t1 up to 1
 18. n2 hears from n0: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 19. n0 hears from n2: ack t1 up to 1
 20. {n2} is cut off from the others
 21. the election timeout of n2 elapses; it asks n0; it asks n1
 22. the election timeout of n2 elapses; it asks n0; it asks n1
 23. all links work again
 24. the election timeout of n2 elapses; it asks n0; it asks n1
 25. n0 hears from n2: Pre-Vote? t1, log up to 1@t1; n0 would not
 26. n2 hears from n0: would not vote, t1
 27. n1 hears from n2: Pre-Vote? t1, log up to 1@t1; n1 would not
 28. n2 hears from n1: would not vote, t1
 29. a client asks n0; n0 appends 2@t1
 30. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     appends 2@t1; n1 acks up to 2
 31. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 32. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     appends 2@t1; n2 acks up to 2
 33. n0 hears from n2: ack t1 up to 2
 34. the clock of n0 ticks
 35. the clock of n0 ticks
 36. n1 hears from n0: heartbeat t1 after 2@t1, commit 2; n1 commits up to 2;
     n1 acks up to 2
 37. n0 hears from n1: ack t1 up to 2
 38. n2 hears from n0: heartbeat t1 after 2@t1, commit 2; n2 commits up to 2;
     n2 acks up to 2
 39. n0 hears from n2: ack t1 up to 2

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   2       1 1
n1 follower  t1 n0   2       1 1
n2 follower  t1 n0   2       1 1
committed                        1 1
