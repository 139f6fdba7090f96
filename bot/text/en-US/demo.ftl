# What the bot says in the demo’s page before anybody asked.

demo-name = Clapper
demo-welcome = ### Make a video
    Type `/video` below, choose the command, say what you want to see, and press Enter. It takes about twenty seconds.
demo-tries = **Then try**
    - **+6 more** beside the prompt: an image, a photo of your phone as it is, a ratio (type 9:16), a length (type 8), a spoiler
    - **Continue** on a finished card: say what happens next
    - the model Veo 3 with an image and a last frame: the video goes from one to the other
    - `/quota`: your credits, when they return, what they went to
    - `/videos`: what you have made; watch it, post it again, have it sent to you
    - the word “forbidden” in a prompt: the relay refuses, the credit comes back
    - “3 variations” in a prompt: three videos at the price of one
    - “oversize” in a prompt: a file too large for Discord, made to fit; “expired”: a link that is gone when it is fetched
    - **Viewing as** at the top: be bob, or mira, who moderates and can use `/video-admin`
demo-note = -# Nothing leaves this computer: Discord is simulated, and a sample relay draws the videos.
