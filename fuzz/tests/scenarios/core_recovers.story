setup     5 nodes, 33 events; writes are durable immediately; 1 entry a
          message; Pre-Vote

  1. the election timeout of n0 elapses: becomes pre-candidate in term 0; sends
     PreVote to n1; sends PreVote to n2; sends PreVote to n3; sends PreVote to
     n4
  2. n1 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
  3. n0 receives PreVoteReply(term 0, granted) from n1
  4. n2 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
  5. n0 receives PreVoteReply(term 0, granted) from n2: becomes candidate in
     term 1
  6. n3 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
  7. n3 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  8. n0 receives PreVoteReply(term 0, granted) from n3
  9. n0 receives RequestVoteReply(term 1, granted) from n3
 10. n4 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
 11. n4 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
 12. n0 receives PreVoteReply(term 0, granted) from n4
 13. n0 receives RequestVoteReply(term 1, granted) from n4: becomes LEADER in
     term 1; appends 1@1
 14. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
 15. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 16. n0 receives RequestVoteReply(term 1, granted) from n1
 17. n0 receives AppendEntriesReply(term 1, match 1) from n1
 18. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
 19. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 20. n0 receives RequestVoteReply(term 1, granted) from n2
 21. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
 22. n3 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 23. n0 receives AppendEntriesReply(term 1, match 1) from n3
 24. n4 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 25. n0 receives AppendEntriesReply(term 1, match 1) from n4
 26. a client proposes a command to n0: appends 2@1
 27. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 28. n0 receives AppendEntriesReply(term 1, match 2) from n1
 29. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 30. n0 receives AppendEntriesReply(term 1, match 2) from n2: commits up to 2;
     answers command #1: no value
 31. a client proposes a command to n0: appends 3@1
 32. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; acknowledges up to 3
 33. n0 receives AppendEntriesReply(term 1, match 3) from n1
 34. recovery: n1,n2,n4 run, the others are lost for good, all links work, and
     clocks tick in turn: n1 becomes LEADER in term 2; the cluster has
     converged after 12 ticks; 21 ticks without a fault

node role          term vote commit log (terms); disk if it differs
n0 down          1    n0   -      1 1 1
n1 LEADER        2    n1   7      1 1 1 2 2 2 2
n2 follower      2    n1   7      1 1 1 2 2 2 2
n3 down          1    n0   -      1
n4 follower      2    n1   7      1 1 1 2 2 2 2
committed                           1 1 1 2 2 2 2
