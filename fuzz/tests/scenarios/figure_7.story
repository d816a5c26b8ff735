setting   7 nodes, 220 events; writes are durable at once; 16 entries a message

  1. the election timeout of n6 elapses; n6 stands in t1
  2. n0 hears from n6: RequestVote t1, log up to 0@t0; n0 enters t1; n0 votes
     for n6; its vote leaves for n6
  3. n6 hears from n0: a vote in t1
  4. n1 hears from n6: RequestVote t1, log up to 0@t0; n1 enters t1; n1 votes
     for n6; its vote leaves for n6
  5. n6 hears from n1: a vote in t1
  6. n2 hears from n6: RequestVote t1, log up to 0@t0; n2 enters t1; n2 votes
     for n6; its vote leaves for n6
  7. n6 hears from n2: a vote in t1; n6 LEADS t1; n6 appends 1@t1
  8. n3 hears from n6: RequestVote t1, log up to 0@t0; n3 enters t1; n3 votes
     for n6; its vote leaves for n6
  9. n3 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n3
     appends 1@t1; n3 acks up to 1
 10. n6 hears from n3: a vote in t1
 11. n6 hears from n3: ack t1 up to 1
 12. n4 hears from n6: RequestVote t1, log up to 0@t0; n4 enters t1; n4 votes
     for n6; its vote leaves for n6
 13. n4 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n4
     appends 1@t1; n4 acks up to 1
 14. n6 hears from n4: a vote in t1
 15. n6 hears from n4: ack t1 up to 1
 16. n5 hears from n6: RequestVote t1, log up to 0@t0; n5 enters t1; n5 votes
     for n6; its vote leaves for n6
 17. n5 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n5
     appends 1@t1; n5 acks up to 1
 18. n6 hears from n5: a vote in t1
 19. n6 hears from n5: ack t1 up to 1; n6 commits up to 1
 20. n0 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n0
     appends 1@t1; n0 acks up to 1
 21. n6 hears from n0: ack t1 up to 1
 22. n1 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n1
     appends 1@t1; n1 acks up to 1
 23. n6 hears from n1: ack t1 up to 1
 24. n2 hears from n6: AppendEntries t1, 1 to 1@t1 after 0@t0, commit 0; n2
     appends 1@t1; n2 acks up to 1
 25. n6 hears from n2: ack t1 up to 1
 26. a client asks n6; n6 appends 2@t1
 27. n0 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n0
     commits up to 1; n0 appends 2@t1; n0 acks up to 2
 28. n6 hears from n0: ack t1 up to 2
 29. n1 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n1
     commits up to 1; n1 appends 2@t1; n1 acks up to 2
 30. n6 hears from n1: ack t1 up to 2
 31. n2 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n2
     commits up to 1; n2 appends 2@t1; n2 acks up to 2
 32. n6 hears from n2: ack t1 up to 2; n6 commits up to 2; command #1 is
     answered: there was nothing
 33. n3 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n3
     commits up to 1; n3 appends 2@t1; n3 acks up to 2
 34. n6 hears from n3: ack t1 up to 2
 35. n4 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n4
     commits up to 1; n4 appends 2@t1; n4 acks up to 2
 36. n6 hears from n4: ack t1 up to 2
 37. n5 hears from n6: AppendEntries t1, 2 to 2@t1 after 1@t1, commit 1; n5
     commits up to 1; n5 appends 2@t1; n5 acks up to 2
 38. n6 hears from n5: ack t1 up to 2
 39. a client asks n6; n6 appends 3@t1
 40. n0 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n0
     commits up to 2; n0 appends 3@t1; n0 acks up to 3
 41. n6 hears from n0: ack t1 up to 3
 42. n1 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n1
     commits up to 2; n1 appends 3@t1; n1 acks up to 3
 43. n6 hears from n1: ack t1 up to 3
 44. n2 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n2
     commits up to 2; n2 appends 3@t1; n2 acks up to 3
 45. n6 hears from n2: ack t1 up to 3; n6 commits up to 3; command #2 is
     answered: there was nothing
 46. n3 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n3
     commits up to 2; n3 appends 3@t1; n3 acks up to 3
 47. n6 hears from n3: ack t1 up to 3
 48. n4 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n4
     commits up to 2; n4 appends 3@t1; n4 acks up to 3
 49. n6 hears from n4: ack t1 up to 3
 50. n5 hears from n6: AppendEntries t1, 3 to 3@t1 after 2@t1, commit 2; n5
     commits up to 2; n5 appends 3@t1; n5 acks up to 3
 51. n6 hears from n5: ack t1 up to 3
 52. n6 crashes
 53. n6 starts; n6 is in t1, with its log up to 3@t1
 54. the election timeout of n6 elapses; n6 stands in t2
 55. n0 hears from n6: RequestVote t2, log up to 3@t1; n0 enters t2; n0 votes
     for n6; its vote leaves for n6
 56. n6 hears from n0: a vote in t2
 57. n1 hears from n6: RequestVote t2, log up to 3@t1; n1 enters t2; n1 votes
     for n6; its vote leaves for n6
 58. n6 hears from n1: a vote in t2
 59. n5 hears from n6: RequestVote t2, log up to 3@t1; n5 enters t2; n5 votes
     for n6; its vote leaves for n6
 60. n6 hears from n5: a vote in t2; n6 LEADS t2; n6 appends 4@t2
 61. a client asks n6; n6 appends 5@t2
 62. a client asks n6; n6 appends 6@t2
 63. a message from n6 to n0 is lost
 64. a message from n6 to n1 is lost
 65. a message from n6 to n5 is lost
 66. n6 crashes
 67. n6 starts; n6 is in t2, with its log up to 6@t2
 68. the election timeout of n6 elapses; n6 stands in t3
 69. n0 hears from n6: RequestVote t3, log up to 6@t2; n0 enters t3; n0 votes
     for n6; its vote leaves for n6
 70. n6 hears from n0: a vote in t3
 71. n1 hears from n6: RequestVote t3, log up to 6@t2; n1 enters t3; n1 votes
     for n6; its vote leaves for n6
 72. n6 hears from n1: a vote in t3
 73. n5 hears from n6: RequestVote t3, log up to 6@t2; n5 enters t3; n5 votes
     for n6; its vote leaves for n6
 74. n6 hears from n5: a vote in t3; n6 LEADS t3; n6 appends 7@t3
 75. a client asks n6; n6 appends 8@t3
 76. a client asks n6; n6 appends 9@t3
 77. a client asks n6; n6 appends 10@t3
 78. a client asks n6; n6 appends 11@t3
 79. a message from n6 to n0 is lost
 80. {n6} is cut off from the others
 81. the election timeout of n5 elapses; n5 stands in t4
 82. n0 hears from n5: RequestVote t4, log up to 3@t1; n0 enters t4; n0 votes
     for n5; its vote leaves for n5
 83. n5 hears from n0: a vote in t4
 84. n1 hears from n5: RequestVote t4, log up to 3@t1; n1 enters t4; n1 votes
     for n5; its vote leaves for n5
 85. n5 hears from n1: a vote in t4
 86. n2 hears from n5: RequestVote t4, log up to 3@t1; n2 enters t4; n2 votes
     for n5; its vote leaves for n5
 87. n5 hears from n2: a vote in t4; n5 LEADS t4; n5 appends 4@t4
 88. n3 hears from n5: RequestVote t4, log up to 3@t1; n3 enters t4; n3 votes
     for n5; its vote leaves for n5
 89. n3 hears from n5: AppendEntries t4, 4 to 4@t4 after 3@t1, commit 2; n3
     appends 4@t4; n3 acks up to 4
 90. n5 hears from n3: a vote in t4
 91. n5 hears from n3: ack t4 up to 4
 92. n4 hears from n5: RequestVote t4, log up to 3@t1; n4 enters t4; n4 votes
     for n5; its vote leaves for n5
 93. n4 hears from n5: AppendEntries t4, 4 to 4@t4 after 3@t1, commit 2; n4
     appends 4@t4; n4 acks up to 4
 94. n5 hears from n4: a vote in t4
 95. n5 hears from n4: ack t4 up to 4
 96. n0 hears from n5: AppendEntries t4, 4 to 4@t4 after 3@t1, commit 2; n0
     appends 4@t4; n0 acks up to 4
 97. n5 hears from n0: ack t4 up to 4; n5 commits up to 4
 98. n1 hears from n5: AppendEntries t4, 4 to 4@t4 after 3@t1, commit 2; n1
     appends 4@t4; n1 acks up to 4
 99. n5 hears from n1: ack t4 up to 4
100. n2 hears from n5: AppendEntries t4, 4 to 4@t4 after 3@t1, commit 2; n2
     appends 4@t4; n2 acks up to 4
101. n5 hears from n2: ack t4 up to 4
102. {n2,n6} is cut off from the others
103. a client asks n5; n5 appends 5@t4
104. n0 hears from n5: AppendEntries t4, 5 to 5@t4 after 4@t4, commit 4; n0
     commits up to 4; n0 appends 5@t4; n0 acks up to 5
105. n5 hears from n0: ack t4 up to 5
106. n1 hears from n5: AppendEntries t4, 5 to 5@t4 after 4@t4, commit 4; n1
     commits up to 4; n1 appends 5@t4; n1 acks up to 5
107. n5 hears from n1: ack t4 up to 5
108. n3 hears from n5: AppendEntries t4, 5 to 5@t4 after 4@t4, commit 4; n3
     commits up to 4; n3 appends 5@t4; n3 acks up to 5
109. n5 hears from n3: ack t4 up to 5; n5 commits up to 5; command #9 is
     answered: there was nothing
110. n4 hears from n5: AppendEntries t4, 5 to 5@t4 after 4@t4, commit 4; n4
     commits up to 4; n4 appends 5@t4; n4 acks up to 5
111. n5 hears from n4: ack t4 up to 5
112. {n5} is cut off from the others
113. a client asks n5; n5 appends 6@t4
114. a client asks n5; n5 appends 7@t4
115. the election timeout of n0 elapses; n0 stands in t5
116. n1 hears from n0: RequestVote t5, log up to 5@t4; n1 enters t5; n1 votes
     for n0; its vote leaves for n0
117. n0 hears from n1: a vote in t5
118. n3 hears from n0: RequestVote t5, log up to 5@t4; n3 enters t5; n3 votes
     for n0; its vote leaves for n0
119. n0 hears from n3: a vote in t5
120. n4 hears from n0: RequestVote t5, log up to 5@t4; n4 enters t5; n4 votes
     for n0; its vote leaves for n0
121. n0 hears from n4: a vote in t5; n0 LEADS t5; n0 appends 6@t5
122. n1 hears from n0: AppendEntries t5, 6 to 6@t5 after 5@t4, commit 4; n1
     appends 6@t5; n1 acks up to 6
123. n0 hears from n1: ack t5 up to 6
124. n3 hears from n0: AppendEntries t5, 6 to 6@t5 after 5@t4, commit 4; n3
     appends 6@t5; n3 acks up to 6
125. n0 hears from n3: ack t5 up to 6
126. n4 hears from n0: AppendEntries t5, 6 to 6@t5 after 5@t4, commit 4; n4
     appends 6@t5; n4 acks up to 6
127. n0 hears from n4: ack t5 up to 6; n0 commits up to 6
128. a client asks n0; n0 appends 7@t5
129. n1 hears from n0: AppendEntries t5, 7 to 7@t5 after 6@t5, commit 6; n1
     commits up to 6; n1 appends 7@t5; n1 acks up to 7
130. n0 hears from n1: ack t5 up to 7
131. n3 hears from n0: AppendEntries t5, 7 to 7@t5 after 6@t5, commit 6; n3
     commits up to 6; n3 appends 7@t5; n3 acks up to 7
132. n0 hears from n3: ack t5 up to 7
133. n4 hears from n0: AppendEntries t5, 7 to 7@t5 after 6@t5, commit 6; n4
     commits up to 6; n4 appends 7@t5; n4 acks up to 7
134. n0 hears from n4: ack t5 up to 7; n0 commits up to 7; command #12 is
     answered: there was nothing
135. the election timeout of n3 elapses; n3 stands in t6
136. n0 hears from n3: RequestVote t6, log up to 7@t5; n0 steps down in t6; n0
     votes for n3; its vote leaves for n3
137. n3 hears from n0: a vote in t6
138. n1 hears from n3: RequestVote t6, log up to 7@t5; n1 enters t6; n1 votes
     for n3; its vote leaves for n3
139. n3 hears from n1: a vote in t6
140. n4 hears from n3: RequestVote t6, log up to 7@t5; n4 enters t6; n4 votes
     for n3; its vote leaves for n3
141. n3 hears from n4: a vote in t6; n3 LEADS t6; n3 appends 8@t6
142. n0 hears from n3: AppendEntries t6, 8 to 8@t6 after 7@t5, commit 6; n0
     appends 8@t6; n0 acks up to 8
143. n3 hears from n0: ack t6 up to 8
144. n1 hears from n3: AppendEntries t6, 8 to 8@t6 after 7@t5, commit 6; n1
     appends 8@t6; n1 acks up to 8
145. n3 hears from n1: ack t6 up to 8
146. n4 hears from n3: AppendEntries t6, 8 to 8@t6 after 7@t5, commit 6; n4
     appends 8@t6; n4 acks up to 8
147. n3 hears from n4: ack t6 up to 8; n3 commits up to 8
148. a client asks n3; n3 appends 9@t6
149. n0 hears from n3: AppendEntries t6, 9 to 9@t6 after 8@t6, commit 8; n0
     commits up to 8; n0 appends 9@t6; n0 acks up to 9
150. n3 hears from n0: ack t6 up to 9
151. n1 hears from n3: AppendEntries t6, 9 to 9@t6 after 8@t6, commit 8; n1
     commits up to 8; n1 appends 9@t6; n1 acks up to 9
152. n3 hears from n1: ack t6 up to 9
153. n4 hears from n3: AppendEntries t6, 9 to 9@t6 after 8@t6, commit 8; n4
     commits up to 8; n4 appends 9@t6; n4 acks up to 9
154. n3 hears from n4: ack t6 up to 9; n3 commits up to 9; command #13 is
     answered: there was nothing
155. {n1} is cut off from the others
156. a client asks n3; n3 appends 10@t6
157. n0 hears from n3: AppendEntries t6, 10 to 10@t6 after 9@t6, commit 9; n0
     commits up to 9; n0 appends 10@t6; n0 acks up to 10
158. n3 hears from n0: ack t6 up to 10
159. n4 hears from n3: AppendEntries t6, 10 to 10@t6 after 9@t6, commit 9; n4
     commits up to 9; n4 appends 10@t6; n4 acks up to 10
160. n3 hears from n4: ack t6 up to 10
161. {n3} is cut off from the others
162. a client asks n3; n3 appends 11@t6
163. all links work again
164. the election timeout of n4 elapses; n4 stands in t7
165. n0 hears from n4: RequestVote t7, log up to 10@t6; n0 enters t7; n0 votes
     for n4; its vote leaves for n4
166. n4 hears from n0: a vote in t7
167. n1 hears from n4: RequestVote t7, log up to 10@t6; n1 enters t7; n1 votes
     for n4; its vote leaves for n4
168. n4 hears from n1: a vote in t7
169. n2 hears from n4: RequestVote t7, log up to 10@t6; n2 enters t7; n2 votes
     for n4; its vote leaves for n4
170. {n2,n4} is cut off from the others
171. n4 hears from n2: a vote in t7; n4 LEADS t7; n4 appends 11@t7
172. a client asks n4; n4 appends 12@t7
173. all links work again
174. the election timeout of n0 elapses; n0 stands in t8
175. n1 hears from n0: RequestVote t8, log up to 10@t6; n1 enters t8; n1 votes
     for n0; its vote leaves for n0
176. n0 hears from n1: a vote in t8
177. n2 hears from n0: RequestVote t8, log up to 10@t6; n2 enters t8; n2 votes
     for n0; its vote leaves for n0
178. n0 hears from n2: a vote in t8
179. n3 hears from n0: RequestVote t8, log up to 10@t6; n3 steps down in t8; n3
     refuses
180. n0 hears from n3: no vote, t8
181. n4 hears from n0: RequestVote t8, log up to 10@t6; n4 steps down in t8; n4
     refuses
182. n0 hears from n4: no vote, t8
183. n5 hears from n0: RequestVote t8, log up to 10@t6; n5 steps down in t8; n5
     votes for n0; its vote leaves for n0
184. n0 hears from n5: a vote in t8; n0 LEADS t8; n0 appends 11@t8
185. n6 hears from n0: RequestVote t8, log up to 10@t6; n6 steps down in t8; n6
     votes for n0; its vote leaves for n0
186. n6 hears from n0: AppendEntries t8, 11 to 11@t8 after 10@t6, commit 9; n6
     refuses
187. n0 hears from n6: a vote in t8
188. n0 hears from n6: refusal t8
189. n1 hears from n0: AppendEntries t8, 11 to 11@t8 after 10@t6, commit 9; n1
     refuses
190. n0 hears from n1: refusal t8
191. n2 hears from n0: AppendEntries t8, 11 to 11@t8 after 10@t6, commit 9; n2
     refuses
192. n0 hears from n2: refusal t8
193. n3 hears from n0: n3 removes its entries from 11 on; AppendEntries t8, 11
     to 11@t8 after 10@t6, commit 9; n3 appends 11@t8; n3 acks up to 11
194. n0 hears from n3: ack t8 up to 11
195. n4 hears from n0: n4 removes its entries from 11 on; AppendEntries t8, 11
     to 11@t8 after 10@t6, commit 9; n4 appends 11@t8; n4 acks up to 11
196. n0 hears from n4: ack t8 up to 11
197. n5 hears from n0: AppendEntries t8, 11 to 11@t8 after 10@t6, commit 9; n5
     refuses
198. n0 hears from n5: refusal t8
199. n6 hears from n0: n6 removes its entries from 4 on; AppendEntries t8, 4 to
     11@t8 after 3@t1, commit 9; n6 commits up to 9; n6 appends 4@t4 to 11@t8;
     n6 acks up to 11
200. n0 hears from n6: ack t8 up to 11; n0 commits up to 11
201. the clock of n0 ticks
202. the clock of n0 ticks
203. n1 hears from n0: AppendEntries t8, 10 to 11@t8 after 9@t6, commit 9; n1
     commits up to 9; n1 appends 10@t6 to 11@t8; n1 acks up to 11
204. n1 hears from n0: AppendEntries t8, 10 to 11@t8 after 9@t6, commit 11; n1
     commits up to 11; n1 acks up to 11
205. n0 hears from n1: ack t8 up to 11
206. n0 hears from n1: ack t8 up to 11
207. n2 hears from n0: AppendEntries t8, 5 to 11@t8 after 4@t4, commit 9; n2
     commits up to 9; n2 appends 5@t4 to 11@t8; n2 acks up to 11
208. n2 hears from n0: AppendEntries t8, 5 to 11@t8 after 4@t4, commit 11; n2
     commits up to 11; n2 acks up to 11
209. n0 hears from n2: ack t8 up to 11
210. n0 hears from n2: ack t8 up to 11
211. n3 hears from n0: heartbeat t8 after 11@t8, commit 11; n3 commits up to
     11; n3 acks up to 11; command #14 is answered: there was what #9 wrote
212. n0 hears from n3: ack t8 up to 11
213. n4 hears from n0: heartbeat t8 after 11@t8, commit 11; n4 commits up to
     11; n4 acks up to 11
214. n0 hears from n4: ack t8 up to 11
215. n5 hears from n0: n5 removes its entries from 6 on; AppendEntries t8, 6 to
     11@t8 after 5@t4, commit 9; n5 commits up to 9; n5 appends 6@t5 to 11@t8;
     n5 acks up to 11
216. n5 hears from n0: AppendEntries t8, 6 to 11@t8 after 5@t4, commit 11; n5
     commits up to 11; n5 acks up to 11
217. n0 hears from n5: ack t8 up to 11
218. n0 hears from n5: ack t8 up to 11
219. n6 hears from n0: heartbeat t8 after 11@t8, commit 11; n6 commits up to
     11; n6 acks up to 11
220. n0 hears from n6: ack t8 up to 11

node role      term vote commit  log, by term; the disk if it differs
n0 LEADER    t8 n0   11      1 1 1 4 4 5 5 6 6 6 8
n1 follower  t8 n0   11      1 1 1 4 4 5 5 6 6 6 8
n2 follower  t8 n0   11      1 1 1 4 4 5 5 6 6 6 8
n3 follower  t8 -    11      1 1 1 4 4 5 5 6 6 6 8
n4 follower  t8 -    11      1 1 1 4 4 5 5 6 6 6 8
n5 follower  t8 n0   11      1 1 1 4 4 5 5 6 6 6 8
n6 follower  t8 n0   11      1 1 1 4 4 5 5 6 6 6 8
committed                        1 1 1 4 4 5 5 6 6 6 8
