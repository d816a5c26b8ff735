setting   3 nodes, 50 events; writes are durable at once; 16 entries a message;
          1 outside at first

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
  8. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
  9. n0 is told that {n0,n1} and, as learners, {n2} shall be the cluster; n0
     appends 3@t1; n0 goes by n0,n1, learners n2
 10. the clock of n0 ticks
 11. the clock of n0 ticks
 12. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 goes by n0,n1, learners n2; n1 acks
     up to 3
 13. n1 hears from n0: heartbeat t1 after 3@t1, commit 2; n1 acks up to 3
 14. n0 hears from n1: ack t1 up to 3; n0 commits up to 3
 15. n0 hears from n1: ack t1 up to 3
 16. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     3@t1
 17. the clock of n0 ticks
 18. the clock of n0 ticks
 19. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     enters t1; n2 refuses
 20. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     refuses
 21. n2 hears from n0: bytes 0 to 32 of a snapshot up to 3@t1, t1; n2 commits
     up to 3; n2 keeps a snapshot up to 3@t1; n2 goes by n0,n1, learners n2; n2
     goes on from a snapshot up to 3; n2 acks up to 3
 22. n0 hears from n2: refusal t1
 23. n0 hears from n2: refusal t1
 24. n0 hears from n2: ack t1 up to 3
 25. the clock of n0 ticks
 26. the clock of n0 ticks
 27. n2 hears from n0: heartbeat t1 after 3@t1, commit 3; n2 acks up to 3
 28. n0 hears from n2: ack t1 up to 3
 29. a client asks n0; n0 appends 4@t1
 30. n2 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n2
     appends 4@t1; n2 acks up to 4
 31. n0 hears from n2: ack t1 up to 4
 32. the clock of n0 ticks
 33. the clock of n0 ticks
 34. n1 hears from n0: heartbeat t1 after 3@t1, commit 3; n1 commits up to 3;
     n1 acks up to 3
 35. n1 hears from n0: heartbeat t1 after 3@t1, commit 3; n1 acks up to 3
 36. n1 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n1
     appends 4@t1; n1 acks up to 4
 37. n1 hears from n0: heartbeat t1 after 4@t1, commit 3; n1 acks up to 4
 38. n0 hears from n1: ack t1 up to 3
 39. n0 hears from n1: ack t1 up to 3
 40. n0 hears from n1: ack t1 up to 4; n0 commits up to 4; command #2 is
     answered: there was nothing
 41. n0 hears from n1: ack t1 up to 4
 42. n0 is told that {n0,n1,n2} shall be the cluster; n0 appends 5@t1; n0 goes
     by n0,n1,n2
 43. the clock of n0 ticks
 44. the clock of n0 ticks
 45. n2 hears from n0: heartbeat t1 after 4@t1, commit 3; n2 acks up to 4
 46. n2 hears from n0: AppendEntries t1, 5 to 5@t1 after 4@t1, commit 4; n2
     commits up to 4; n2 appends 5@t1; n2 goes by n0,n1,n2; n2 acks up to 5
 47. n2 hears from n0: heartbeat t1 after 5@t1, commit 4; n2 acks up to 5
 48. n0 hears from n2: ack t1 up to 4
 49. n0 hears from n2: ack t1 up to 5; n0 commits up to 5
 50. n0 hears from n2: ack t1 up to 5

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   5       1 1 1 1 1
n1 follower  t1 n0   3       1 1 1 1
n2 follower  t1 -    4       1 1 1 1 1
committed                        1 1 1 1 1
