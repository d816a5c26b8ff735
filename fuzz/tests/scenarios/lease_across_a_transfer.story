setup     3 nodes, 41 events; writes are durable immediately; 16 entries a
          message; CheckQuorum; leases

  1-3. all clocks tick (3 times)
  4. all clocks tick: n1 becomes candidate in term 1
  5. n0 receives RequestVote(term 1, last log 0@0) from n1: adopts term 1;
     grants its vote; reply to n1
  6. n1 receives RequestVoteReply(term 1, granted) from n0: becomes LEADER in
     term 1; appends 1@1
  7. n0 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n1:
     appends 1@1; acknowledges up to 1
  8. n2 receives RequestVote(term 1, last log 0@0) from n1: adopts term 1;
     grants its vote; reply to n1
  9. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n1:
     appends 1@1; acknowledges up to 1
 10. n1 receives RequestVoteReply(term 1, granted) from n2
 11. n1 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
 12. n1 receives AppendEntriesReply(term 1, match 1) from n0
 13. a client reads at n1: gives read #0 the index 1; answers read #0: no value
 14. an operator transfers leadership from n1 to n0
 15-16. all clocks tick (2 times)
 17. n0 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n1,
     which overtakes an earlier one: commits up to 1; acknowledges up to 1
 18. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n1:
     commits up to 1; acknowledges up to 1
 19. all clocks tick
 20. all clocks tick: n1 gives up the transfer to n0
 21. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n1:
     acknowledges up to 1
 22-23. n1 receives AppendEntriesReply(term 1, match 1) from n2 (2 times)
 24. a client reads at n1
 25. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n1:
     acknowledges up to 1
 26. n1 receives AppendEntriesReply(term 1, match 1) from n2: gives read #1 the
     index 1; answers read #1: no value
 27. n0 receives TimeoutNow(term 1) from n1: becomes candidate in term 2
 28. n2 receives RequestVote(term 2, last log 1@1) from n0: adopts term 2;
     grants its vote; reply to n0
 29. n0 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 2@2
 30. a client proposes a command to n0: appends 3@2
 31. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n0:
     appends 2@2; acknowledges up to 2
 32. n0 receives AppendEntriesReply(term 2, match 2) from n2: commits up to 2
 33. a client proposes a command to n0: appends 4@2
 34. n2 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n0:
     commits up to 2; appends 3@2; acknowledges up to 3
 35. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 2) from n0:
     appends 4@2; acknowledges up to 4
 36. n0 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     answers command #1: no value
 37. n0 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #2: no value
 38. a client reads at n1
 39. n1 receives AppendEntriesReply(term 1, match 1) from n0
 40. n1 receives RequestVote(term 2, last log 1@1) from n0: steps down to
     follower in term 2; grants its vote; refuses read #2: no leader is known:
     ask another server, or again after an election; reply to n0
 41. n1 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n0:
     appends 2@2; acknowledges up to 2

node role          term vote commit log (terms); disk if it differs
n0 LEADER        2    n0   4      1 2 2 2
n1 follower      2    n0   1      1 2
n2 follower      2    n0   2      1 2 2 2
committed                           1 2 2 2
