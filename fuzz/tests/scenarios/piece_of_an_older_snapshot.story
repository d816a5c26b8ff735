setting   3 nodes, 54 events; writes are durable at once; 16 entries a message;
          snapshots in pieces of 16 bytes

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
 11. n1 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 12. n0 hears from n1: ack t1 up to 2; n0 commits up to 2; command #1 is
     answered: there was nothing
 13. a client asks n0; n0 appends 3@t1
 14. n1 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 acks up to 3
 15. n0 hears from n1: ack t1 up to 3; n0 commits up to 3; command #2 is
     answered: there was nothing
 16. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     3@t1
 17. the clock of n0 ticks
 18. the clock of n0 ticks
 19. n1 hears from n0: heartbeat t1 after 3@t1, commit 3; n1 commits up to 3;
     n1 acks up to 3
 20. n0 hears from n1: ack t1 up to 3
 21. n2 hears from n0, 2 earlier ones overtaken: heartbeat t1 after 3@t1,
     commit 3; n2 refuses
 22. n0 hears from n2: refusal t1
 23. n2 hears from n0, and will again: bytes 0 to 16 of a snapshot up to 3@t1,
     t1
 24. n2 hears from n0: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 25. n2 hears from n0: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     commits up to 2; n2 appends 3@t1; n2 acks up to 3
 26. n0 hears from n2: nothing that binds
 27. n0 hears from n2: ack t1 up to 2
 28. n0 hears from n2: ack t1 up to 3
 29. a client asks n0; n0 appends 4@t1
 30. n1 hears from n0: AppendEntries t1, 4 to 4@t1 after 3@t1, commit 3; n1
     appends 4@t1; n1 acks up to 4
 31. n0 hears from n1: ack t1 up to 4; n0 commits up to 4; command #3 is
     answered: there was nothing
 32. a client asks n0; n0 appends 5@t1
 33. n1 hears from n0: AppendEntries t1, 5 to 5@t1 after 4@t1, commit 4; n1
     commits up to 4; n1 appends 5@t1; n1 acks up to 5
 34. n0 hears from n1: ack t1 up to 5; n0 commits up to 5; command #4 is
     answered: there was nothing
 35. a message from n0 to n2 is lost
 36. a message from n0 to n2 is lost
 37. the state machine of n0 hands out its state; n0 keeps a snapshot up to
     5@t1
 38. the clock of n0 ticks
 39. the clock of n0 ticks
 40. n1 hears from n0: heartbeat t1 after 5@t1, commit 5; n1 commits up to 5;
     n1 acks up to 5
 41. n0 hears from n1: ack t1 up to 5
 42. n2 hears from n0, 2 earlier ones overtaken: heartbeat t1 after 5@t1,
     commit 5; n2 refuses
 43. n0 hears from n2: refusal t1
 44. n2 hears from n0, 2 earlier ones overtaken: bytes 0 to 16 of a snapshot up
     to 5@t1, t1
 45. n2 hears from n0: bytes 0 to 16 of a snapshot up to 3@t1, t1
 46. n2 hears from n0: bytes 16 to 32 of a snapshot up to 3@t1, t1
 47. n0 hears from n2: nothing that binds
 48. n0 hears from n2: nothing that binds
 49. n0 hears from n2: nothing that binds
 50. n2 hears from n0: bytes 16 to 32 of a snapshot up to 5@t1, t1; n2 commits
     up to 5; n2 keeps a snapshot up to 5@t1; n2 goes on from a snapshot up to
     5; n2 acks up to 5
 51. n0 hears from n2: ack t1 up to 5
 52. a client asks n0; n0 appends 6@t1
 53. n2 hears from n0: AppendEntries t1, 6 to 6@t1 after 5@t1, commit 5; n2
     appends 6@t1; n2 acks up to 6
 54. n0 hears from n2: ack t1 up to 6; n0 commits up to 6; command #5 is
     answered: there was nothing

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t1 n0   6       1 1 1 1 1 1
n1 follower  t1 n0   5       1 1 1 1 1
n2 follower  t1 n0   5       1 1 1 1 1 1
committed                        1 1 1 1 1 1
