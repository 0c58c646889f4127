using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Tests.Broker.Codec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Fuzz;

/// <summary>
/// Mutated packets into the whole client, one connection for each: in the place of the CONNACK, or behind it while a SUBSCRIBE and a
/// message wait for their answers. scripts/fuzz-mqtt.sh runs many more, from another seed each time.
/// </summary>
[Collection(Brokers.Alone.Name)]
public class ClientFuzzTests(ITestOutputHelper output)
{
    private static readonly byte[] Granted5 = Wire.Encode(new ConnAckPacket { SessionPresent = true });
    private static readonly byte[] Granted311 = Wire.Encode(new ConnAckPacket { SessionPresent = true }, ProtocolVersion.V311);

    private long _refused;
    private long _broken;
    private long _closed;

    [Fact]
    public async Task Client_MutatedPackets_EndsEachConnectionWithAReason()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_CLIENT_PACKETS") ?? "4000");
        var seed = int.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_SEED") ?? "20260301");
        var unobserved = new List<Exception>();
        void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved) unobserved.Add(e.Exception);
        }

        TaskScheduler.UnobservedTaskException += OnUnobserved;
        try
        {
            await RunAsync(new PacketFuzzer(seed), 500);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var fuzzers = Enumerable.Range(1, Environment.ProcessorCount).Select(i => new PacketFuzzer(seed + i)).ToArray();
            await Task.WhenAll(fuzzers.Select(f => Task.Run(() => RunAsync(f, count / fuzzers.Length))));
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            GC.WaitForPendingFinalizers();
            var summary = $"seed {seed}: {_refused} not connected, {_broken} ended as malformed or not allowed, {_closed} at the end of the stream; {grown / 1024} KiB more";
            output.WriteLine(summary);
            Assert.Empty(unobserved);
            Assert.True(grown < 20_000_000, summary);
            Assert.True(Math.Min(_refused, Math.Min(_broken, _closed)) > count / 50, summary);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= OnUnobserved;
        }
    }

    private async Task RunAsync(PacketFuzzer fuzzer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (version, bytes) = fuzzer.Next();
            try
            {
                await OneAsync(version, bytes, instead: i % 8 == 0).WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{version} {Convert.ToHexString(bytes)}: {e.Message}", e);
            }
        }
    }

    private async Task OneAsync(ProtocolVersion version, byte[] bytes, bool instead)
    {
        var accepted = version == ProtocolVersion.V5 ? Granted5 : Granted311;
        var stream = new ScriptedStream(instead ? [bytes] : [accepted, bytes]);
        await using var client = new MqttClient(
            ClientFixture.Options((MqttProtocolVersion)version), TimeProvider.System, NullLogger.Instance, _ => Task.FromResult<Stream>(stream));
        client.MessageReceivedAsync += (_, _) => Task.CompletedTask;
        var ended = new TaskCompletionSource<MqttDisconnected>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.DisconnectedAsync += e =>
        {
            ended.TrySetResult(e);
            return Task.CompletedTask;
        };
        try
        {
            await client.ConnectAsync();
        }
        catch (MqttConnectException)
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        await Task.WhenAll(
            AnyEndAsync(() => client.SubscribeAsync([new("a"), new("b")])),
            AnyEndAsync(() => client.PublishAsync(new MqttMessage("t", default))));
        var end = await ended.Task;
        if (end.Reason == MqttDisconnectReason.ProtocolError) Interlocked.Increment(ref _broken);
        else Interlocked.Increment(ref _closed);
    }

    /// <summary>An answer, or an exception of the kinds that are promised.</summary>
    private static async Task AnyEndAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            await ask();
        }
        catch (MqttException)
        {
            // It was promised.
        }
    }

    /// <summary>A server that says one thing after each packet that it gets, then nothing more: the stream ends.</summary>
    private sealed class ScriptedStream(byte[][] says) : Stream
    {
        private readonly SemaphoreSlim _heard = new(0);
        private int _next;
        private ReadOnlyMemory<byte> _saying;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_saying.IsEmpty)
            {
                if (_next == says.Length) return 0;
                await _heard.WaitAsync(cancellationToken);
                _saying = says[_next++];
            }

            var count = Math.Min(buffer.Length, _saying.Length);
            _saying[..count].CopyTo(buffer);
            _saying = _saying[count..];
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _heard.Release();
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
