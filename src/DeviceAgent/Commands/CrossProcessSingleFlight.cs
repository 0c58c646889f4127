using System.Net.Sockets;
using System.Text;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary>
/// Lets processes that want the same at the same time fetch it once between them: one gets the lock and fetches, the others wait at
/// its socket and get what it got, success or failure. Nothing is written to the disk. When the one that fetches dies, the kernel
/// frees the lock and the next one takes over.
/// </summary>
/// <param name="folder">Where lock and socket are; made when missing.</param>
/// <param name="fetch">Fetches; a <see cref="CommandException"/> is everybody's.</param>
/// <param name="time">For the waiting.</param>
internal sealed class CrossProcessSingleFlight(string folder, Func<CancellationToken, Task<string>> fetch, TimeProvider time)
{
    public const string LockName = "credentials.lock";
    public const string SocketName = "credentials.sock";

    private const char Good = '+';
    private const char Bad = '-';

    /// <summary>Without it the answer is not whole.</summary>
    private const char End = '\n';

    private const int Backlog = 128;
    private const int WouldBlock = 11;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromMilliseconds(20);

    /// <summary>Where others came, more may be starting: the one that fetched stays for so long after the last, and no longer than <see cref="LongestStay"/>.</summary>
    private static readonly TimeSpan Stay = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(3);

    private readonly string _socket = Path.Combine(folder, SocketName);

    /// <exception cref="CommandException">The fetch failed, here or where it was done; or the folder cannot be used.</exception>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var held = TryLock();
            var answer = held is not null ? await FetchAsync(cancellationToken).ConfigureAwait(false) : await TryAskAsync(cancellationToken).ConfigureAwait(false);
            if (answer is [var outcome, .. var text, End]) return outcome == Good ? text : throw new CommandException(text);
            await Task.Delay(BeforeNextTry, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private FileStream? TryLock()
    {
        var path = Path.Combine(folder, LockName);
        try
        {
            if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            if (InputFile.KindOf(path) is { } kind) throw new NotAFileException(kind);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            return new FileStream(path, options);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"no agent runs, and the lock '{path}' cannot be taken: {e.Message}; run this as the agent's user, or start the agent and name this user in credentials.allowedUsers", e);
        }
    }

    private async Task<string> FetchAsync(CancellationToken cancellationToken)
    {
        using var listener = Listen();
        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var others = ServeAsync(listener, answer.Task, noMore.Token);
        try
        {
            answer.SetResult(await TryFetchAsync(cancellationToken).ConfigureAwait(false));
            noMore.CancelAfter(LongestStay);
            await others.ConfigureAwait(false);
            return await answer.Task.ConfigureAwait(false);
        }
        finally
        {
            answer.TrySetCanceled(CancellationToken.None);
            await noMore.CancelAsync().ConfigureAwait(false);
            await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            File.Delete(_socket);
        }
    }

    private async Task<string> TryFetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            return $"{Good}{await fetch(cancellationToken).ConfigureAwait(false)}{End}";
        }
        catch (CommandException e)
        {
            return $"{Bad}{e.Message}{End}";
        }
    }

    private Socket Listen()
    {
        try
        {
            var listener = SocketFile.Bind(SocketFile.Address(_socket), _socket, OwnerOnly);
            listener.Listen(Backlog);
            return listener;
        }
        catch (EndpointException e)
        {
            throw new CommandException(e.Message, e);
        }
    }

    /// <summary>Takes callers until the answer is there and, where some came, nobody has come for a while.</summary>
    private async Task ServeAsync(Socket listener, Task<string> answer, CancellationToken noMore)
    {
        var served = new List<Task>();
        while (true)
        {
            using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(noMore);
            var next = listener.AcceptAsync(giveUp.Token).AsTask();
            if (!answer.IsCompleted) await Task.WhenAny(next, answer).ConfigureAwait(false);
            if (!next.IsCompleted && served.Count > 0) await Task.WhenAny(next, Task.Delay(Stay, time, noMore)).ConfigureAwait(false);
            if (!next.IsCompleted) await giveUp.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(next).ConfigureAwait(false);
            if (!next.IsCompletedSuccessfully) break;
            served.Add(SendAsync(next.Result, answer));
        }

        // Who came at the last moment waits in the queue.
        while (listener.Poll(TimeSpan.Zero, SelectMode.SelectRead)) served.Add(SendAsync(listener.Accept(), answer));
        await Task.WhenAll(served).ConfigureAwait(false);
    }

    private static async Task SendAsync(Socket other, Task<string> answer)
    {
        using (other)
        {
            try
            {
                await other.SendAsync(Encoding.UTF8.GetBytes(await answer.ConfigureAwait(false))).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // It is gone, or there is no answer: it tries for itself.
            }
        }
    }

    /// <summary>What the one that fetches got; null or empty when it is gone or not yet there.</summary>
    private async Task<string?> TryAskAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(SocketFile.Address(_socket), cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
        catch (EndpointException e)
        {
            throw new CommandException(e.Message, e);
        }
    }
}
