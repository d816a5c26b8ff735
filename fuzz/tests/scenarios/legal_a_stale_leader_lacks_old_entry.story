setting   3 nodes, 24 events; writes are durable at once; 4 entries a message

  1. the election timeout of n0 elapses; n0 stands in t1
  2. n1 hears from n0: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n0; its vote leaves for n0
  3. n0 hears from n1: a vote in t1; n0 LEADS t1; n0 appends 1@t1
  4. a client asks n0; n0 appends 2@t1
  5. the election timeout of n2 elapses; n2 stands in t1
  6. the election timeout of n2 elapses; n2 stands in t2
  7. n1 hears from n2: RequestVote t1, log up to 0@t0; n1 refuses
  8. n1 hears from n2: RequestVote t2, log up to 0@t0; n1 enters t2; n1 votes
     for n2; its vote leaves for n2
  9. n2 hears from n1: no vote, t1
 10. n2 hears from n1: a vote in t2; n2 LEADS t2; n2 appends 1@t2
 11. n0 crashes
 12. n0 starts; n0 is in t1, with its log up to 2@t1
 13. the election timeout of n0 elapses; n0 stands in t2
 14. the election timeout of n0 elapses; n0 stands in t3
 15. n1 hears from n0: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     refuses
 16. n1 hears from n0: RequestVote t2, log up to 2@t1; n1 refuses
 17. n1 hears from n0: RequestVote t3, log up to 2@t1; n1 enters t3; n1 votes
     for n0; its vote leaves for n0
 18. n0 hears from n1: refusal t2
 19. n0 hears from n1: no vote, t2
 20. n0 hears from n1: a vote in t3; n0 LEADS t3; n0 appends 3@t3
 21. n1 hears from n0: AppendEntries t3, 3 to 3@t3 after 2@t1, commit 0; n1
     refuses
 22. n0 hears from n1: refusal t3
 23. n1 hears from n0: AppendEntries t3, 1 to 3@t3 after 0@t0, commit 0; n1
     appends 1@t1 to 3@t3; n1 acks up to 3
 24. n0 hears from n1: ack t3 up to 3; n0 commits up to 3

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t3 n0   3       1 1 3
n1 follower  t3 n0   0       1 1 3
n2 LEADER    t2 n2   0       2
committed                        1 1 3
