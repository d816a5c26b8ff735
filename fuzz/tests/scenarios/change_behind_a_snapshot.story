setting   3 nodes, 41 events; writes are durable at once; 16 entries a message

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
 10. a client asks n0; n0 appends 2@t1
 11. a client asks n0; n0 appends 3@t1
 12. n0 is told that {n0,n1} and, as learners, {n2} shall be the cluster; n0
     appends 4@t1; n0 goes by n0,n1, learners n2
 13. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 14. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 1; n1
     appends 3@t1; n1 acks up to 3
 15. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 16. n0 hears from n1: ack t1 up to 3; n0 commits up to 3; command #2 is
     answered: there was nothing
 17. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     3@t1
 18. the clock of n0 ticks
 19. the clock of n0 ticks
 20. n2 hears from n0, 3 earlier ones overtaken: heartbeat t1 after 4@t1,
     commit 3; n2 refuses
 21. n0 hears from n2: refusal t1
 22. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 23. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 1; n2
     appends 3@t1; n2 acks up to 3
 24. n2 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 1; n2
     appends 4@t1; n2 goes by n0,n1, learners n2; n2 acks up to 4
 25. n2 hears from n0: bytes 0 to 32 of a snapshot up to 3@t1, t1; n2 commits
     up to 3; n2 keeps a snapshot up to 3@t1; n2 goes on from a snapshot up to
     3; n2 acks up to 3
 26. n0 hears from n2: ack t1 up to 2
 27. n0 hears from n2: ack t1 up to 3
 28. n0 hears from n2: ack t1 up to 4
 29. n0 hears from n2: ack t1 up to 3
 30. the clock of n0 ticks
 31. the clock of n0 ticks
 32. n1 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 1; n1
     appends 4@t1; n1 goes by n0,n1, learners n2; n1 acks up to 4
 33. n1 hears from n0: heartbeat t1 after 4@t1, commit 3; n1 commits up to 3;
     n1 acks up to 4
 34. n1 hears from n0: heartbeat t1 after 4@t1, commit 3; n1 acks up to 4
 35. n0 hears from n1: ack t1 up to 4; n0 commits up to 4
 36. n0 hears from n1: ack t1 up to 4
 37. n0 hears from n1: ack t1 up to 4
 38. n2 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n2
     acks up to 4
 39. n2 hears from n0: heartbeat t1 after 4@t1, commit 3; n2 acks up to 4
 40. n0 hears from n2: ack t1 up to 4
 41. n0 hears from n2: ack t1 up to 4

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   4       1 1 1 1
n1 follower  t1 n0   3       1 1 1 1
n2 follower  t1 n0   3       1 1 1 1
committed                        1 1 1 1
