setup     3 nodes, 24 events; writes are durable immediately; 4 entries a
          message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. a client proposes a command to n0: appends 2@1
  5. the election timeout of n2 elapses: becomes candidate in term 1
  6. the election timeout of n2 elapses: becomes candidate in term 2
  7. n1 receives RequestVote(term 1, last log 0@0) from n2: refuses its vote,
     which in term 1 is that of n0
  8. n1 receives RequestVote(term 2, last log 0@0) from n2: adopts term 2;
     grants its vote; reply to n2
  9. n2 receives RequestVoteReply(term 1, refused) from n1
 10. n2 receives RequestVoteReply(term 2, granted) from n1: becomes LEADER in
     term 2; appends 1@2
 11. n0 crashes
 12. n0 restarts: is in term 1 with its log up to 2@1
 13. the election timeout of n0 elapses: becomes candidate in term 2
 14. the election timeout of n0 elapses: becomes candidate in term 3
 15. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     rejects at 0, hint 0@0
 16. n1 receives RequestVote(term 2, last log 2@1) from n0: refuses its vote,
     which in term 2 is that of n2
 17. n1 receives RequestVote(term 3, last log 2@1) from n0: adopts term 3;
     grants its vote; reply to n0
 18. n0 receives AppendEntriesReply(term 2, rejected 0, hint 0@0) from n1
 19. n0 receives RequestVoteReply(term 2, refused) from n1
 20. n0 receives RequestVoteReply(term 3, granted) from n1: becomes LEADER in
     term 3; appends 3@3
 21. n1 receives AppendEntries(term 3, prev 2@1, entry 3@3, commit 0) from n0:
     rejects at 2, hint 0@0
 22. n0 receives AppendEntriesReply(term 3, rejected 2, hint 0@0) from n1
 23. n1 receives AppendEntries(term 3, prev 0@0, entries 1 to 3@3, commit 0)
     from n0: appends 1@1 to 3@3; acknowledges up to 3
 24. n0 receives AppendEntriesReply(term 3, match 3) from n1: commits up to 3

node role          term vote commit log (terms); disk if it differs
n0 LEADER        3    n0   3      1 1 3
n1 follower      3    n0   0      1 1 3
n2 LEADER        2    n2   0      2
committed                           1 1 3
