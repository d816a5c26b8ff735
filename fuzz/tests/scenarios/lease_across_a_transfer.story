setting   3 nodes, 41 events; writes are durable at once; 16 entries a message;
          CheckQuorum; leases

  1. all clocks tick
  2. all clocks tick
  3. all clocks tick
  4. all clocks tick; n1 stands in t1
  5. n0 hears from n1: RequestVote t1, log up to 0@t0; n0 enters t1; n0 votes
     for n1; its vote leaves for n1
  6. n1 hears from n0: a vote in t1; n1 LEADS t1; n1 appends 1@t1
  7. n0 hears from n1: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n0
     appends 1@t1; n0 acks up to 1
  8. n2 hears from n1: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n1; its vote leaves for n1
  9. n2 hears from n1: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 10. n1 hears from n2: a vote in t1
 11. n1 hears from n2: ack t1 up to 1; n1 commits up to 1
 12. n1 hears from n0: ack t1 up to 1
 13. a client reads at n1; read #0: whatever stands at 1; read #0 is answered:
     there was nothing
 14. n1 is told to hand the lead to n0
 15. all clocks tick
 16. all clocks tick
 17. n0 hears from n1, 1 earlier ones overtaken: heartbeat t1 after 1@t1,
     commit 1; n0 commits up to 1; n0 acks up to 1
 18. n2 hears from n1: heartbeat t1 after 1@t1, commit 1; n2 commits up to 1;
     n2 acks up to 1
 19. all clocks tick
 20. all clocks tick
 21. n2 hears from n1: heartbeat t1 after 1@t1, commit 1; n2 acks up to 1
 22. n1 hears from n2: ack t1 up to 1
 23. n1 hears from n2: ack t1 up to 1
 24. a client reads at n1
 25. n2 hears from n1: heartbeat t1 after 1@t1, commit 1; n2 acks up to 1
 26. n1 hears from n2: ack t1 up to 1; read #1: whatever stands at 1; read #1
     is answered: there was nothing
 27. n0 hears from n1: TimeoutNow t1; n0 stands in t2
 28. n2 hears from n0: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n0; its vote leaves for n0
 29. n0 hears from n2: a vote in t2; n0 LEADS t2; n0 appends 2@t2
 30. a client asks n0; n0 appends 3@t2
 31. n2 hears from n0: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n2
     appends 2@t2; n2 acks up to 2
 32. n0 hears from n2: ack t2 up to 2; n0 commits up to 2
 33. a client asks n0; n0 appends 4@t2
 34. n2 hears from n0: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n2
     commits up to 2; n2 appends 3@t2; n2 acks up to 3
 35. n2 hears from n0: AppendEntries t2, 4 to 4@t2 after 3@t2, commit 2; n2
     appends 4@t2; n2 acks up to 4
 36. n0 hears from n2: ack t2 up to 3; n0 commits up to 3; command #1 is
     answered: there was nothing
 37. n0 hears from n2: ack t2 up to 4; n0 commits up to 4; command #2 is
     answered: there was nothing
 38. a client reads at n1
 39. n1 hears from n0: ack t1 up to 1
 40. n1 hears from n0: RequestVote t2, log up to 1@t1; n1 steps down in t2; n1
     votes for n0; read #2: no leader is known: ask another server, or again
     after an election; its vote leaves for n0
 41. n1 hears from n0: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 1; n1
     appends 2@t2; n1 acks up to 2

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t2 n0   4       1 2 2 2
n1 follower  t2 n0   1       1 2
n2 follower  t2 n0   2       1 2 2 2
committed                        1 2 2 2
