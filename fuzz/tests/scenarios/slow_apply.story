setup     3 nodes, 23 events; writes are durable immediately; 16 entries a
          message; commands are applied by events

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  5. n0 receives AppendEntriesReply(term 1, match 1) from n1: commits up to 1
  6. a client proposes a command to n0: appends 2@1
  7. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
  8. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2
  9. a client proposes a command to n0: appends 3@1
 10. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; acknowledges up to 3
 11. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3
 12. a client proposes a command to n0: appends 4@1
 13. n1 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     commits up to 3; appends 4@1; acknowledges up to 4
 14. n0 receives AppendEntriesReply(term 1, match 4) from n1: commits up to 4
 15. a client proposes a command to n0: appends 5@1
 16. n1 receives AppendEntries(term 1, prev 4@1, entry 5@1, commit 4) from n0:
     commits up to 4; appends 5@1; acknowledges up to 5
 17. n0 receives AppendEntriesReply(term 1, match 5) from n1: commits up to 5
 18. the state machine of n0 applies what is committed: applies 1@1; applies
     2@1; answers command #1: no value
 19. the log of n0 is compacted: stores a snapshot up to 2@1
 20. the state machine of n0 applies what is committed: applies 3@1; applies
     4@1; answers command #2: no value; answers command #3: no value
 21. the log of n0 is compacted: stores a snapshot up to 4@1
 22. the state machine of n0 applies what is committed: applies 5@1; answers
     command #4: no value
 23. the log of n0 is compacted: stores a snapshot up to 5@1

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   5      1 1 1 1 1
n1 follower      1    n0   4      1 1 1 1 1
n2 follower      0    -    0      -
committed                           1 1 1 1 1
