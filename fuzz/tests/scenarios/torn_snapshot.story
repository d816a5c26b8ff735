setting   3 nodes, 61 events; writes wait for the disk; 16 entries a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. the oldest write of n0 is durable
  3. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0
  4. the oldest write of n1 is durable; its vote leaves for n0
  5. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  6. the oldest write of n0 is durable
  7. n2 hears from n0: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n0
  8. n2 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1
  9. the oldest write of n2 is durable; its vote leaves for n0
 10. the oldest write of n2 is durable; n2 acks up to 1
 11. n0 hears from n2: a vote in t1
 12. n0 hears from n2: ack t1 up to 1; n0 commits up to 1
 13. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1
 14. the oldest write of n1 is durable; n1 acks up to 1
 15. n0 hears from n1: ack t1 up to 1
 16. {n0} is cut off from the others
 17. a client asks n0; n0 appends 2@t1
 18. the oldest write of n0 is durable
 19. a client asks n0; n0 appends 3@t1
 20. the oldest write of n0 is durable
 21. a client asks n0; n0 appends 4@t1
 22. the oldest write of n0 is durable
 23. a client asks n0; n0 appends 5@t1
 24. the oldest write of n0 is durable
 25. the election timeout of n1 elapses; n1 stands in t2
 26. the oldest write of n1 is durable
 27. n2 hears from n1: RequestVote t2, log up to 1@t1; n2 enters t2; n2 votes
     for n1
 28. the oldest write of n2 is durable; its vote leaves for n1
 29. n1 hears from n2: a vote in t2; n1 LEADS t2; n1 appends 2@t2
 30. the oldest write of n1 is durable
 31. n2 hears from n1: AppendEntries t2, 2 to 2@t2 after 1@t1, commit 0; n2
     appends 2@t2
 32. the oldest write of n2 is durable; n2 acks up to 2
 33. n1 hears from n2: ack t2 up to 2; n1 commits up to 2
 34. a client asks n1; n1 appends 3@t2
 35. the oldest write of n1 is durable
 36. n2 hears from n1: AppendEntries t2, 3 to 3@t2 after 2@t2, commit 2; n2
     commits up to 2; n2 appends 3@t2
 37. the oldest write of n2 is durable; n2 acks up to 3
 38. n1 hears from n2: ack t2 up to 3; n1 commits up to 3; command #5 is
     answered: there was nothing
 39. a client asks n1; n1 appends 4@t2
 40. the oldest write of n1 is durable
 41. n2 hears from n1: AppendEntries t2, 4 to 4@t2 after 3@t2, commit 3; n2
     commits up to 3; n2 appends 4@t2
 42. the oldest write of n2 is durable; n2 acks up to 4
 43. n1 hears from n2: ack t2 up to 4; n1 commits up to 4; command #6 is
     answered: there was nothing
 44. the state machine of n1 hands out its state; n1 keeps a snapshot up to
     4@t2
 45. the oldest write of n1 is durable
 46. all links work again
 47. the clock of n1 ticks
 48. the clock of n1 ticks
 49. n0 hears from n1: n0 removes its entries from 4 on; bytes 0 to 32 of a
     snapshot up to 4@t2, t2; n0 steps down in t2; n0 commits up to 4; n0 keeps
     a snapshot up to 4@t2; n0 goes on from a snapshot up to 4
 50. the oldest write of n0 fails; n0 halts
 51. n0 starts; n0 is in t2, with its log up to 3@t1
 52. the clock of n1 ticks
 53. the clock of n1 ticks
 54. n0 hears from n1: bytes 0 to 32 of a snapshot up to 4@t2, t2; n0 commits
     up to 4; n0 keeps a snapshot up to 4@t2; n0 goes on from a snapshot up to
     4
 55. the oldest write of n0 is durable; n0 acks up to 4
 56. n1 hears from n0: ack t2 up to 4
 57. a client asks n1; n1 appends 5@t2
 58. the oldest write of n1 is durable
 59. n0 hears from n1: AppendEntries t2, 5 to 5@t2 after 4@t2, commit 4; n0
     appends 5@t2
 60. the oldest write of n0 is durable; n0 acks up to 5
 61. n1 hears from n0: ack t2 up to 5; n1 commits up to 5; command #7 is
     answered: there was nothing

node role      term vote commit  log, by term; the disk if it differs
n0 follower  t2 -    4       1 2 2 2 2
n1 LEADER    t2 n1   5       1 2 2 2 2
n2 follower  t2 n1   3       1 2 2 2
committed                        1 2 2 2 2
