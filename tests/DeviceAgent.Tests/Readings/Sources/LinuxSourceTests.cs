using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public sealed class LinuxSourceTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _sys = new();
    private readonly TemporaryFolder _state = new();
    private readonly CountedMetrics _counted = new();
    private readonly SensorStates _states = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger<LinuxSource> _logger = new();

    public void Dispose()
    {
        _sys.Dispose();
        _state.Dispose();
        _counted.Dispose();
    }

    [Fact]
    public async Task ReadAsync_ThermalZones_AreNamedByTheirTypes()
    {
        Zone(0, "cpu-thermal", "48312");
        Zone(1, "gpu-thermal", "-4000");
        Zone(2, "cpu-thermal", "50000");
        Zone(10, "asleep", "-274000");
        Assert.Equal("cpu_thermal=48.312 cpu_thermal_2=50 gpu_thermal=-4", await PollOnceAsync());
        Assert.Contains(_logger.Entries, e => e.Id == 2014 && e.Text.Contains("asleep", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_HardwareMonitors_AreNamedByChipAndLabel()
    {
        Hwmon(3, "name", "sht3x");
        Hwmon(3, "temp1_input", "21500");
        Hwmon(3, "humidity1_input", "45250");
        Hwmon(4, "name", "coretemp");
        Hwmon(4, "temp1_input", "40000");
        Hwmon(4, "temp1_label", "Package id 0");
        Hwmon(4, "temp2_input", "127000");
        Hwmon(4, "temp2_fault", "1");
        Hwmon(5, "name", "w1_slave_temp");
        Hwmon(5, "temp1_input", "20000");
        Assert.Equal("coretemp_package_id_0=40 sht3x_humidity1=45.25 sht3x_temp1=21.5", await PollOnceAsync());
        Assert.Contains(_logger.Entries, e => e.Id == 2008 && e.Text.Contains("broken sensor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_IioDevices_AreScaledToTheirUnits()
    {
        Iio(0, "name", "bme280");
        Iio(0, "in_temp_input", "21340");
        Iio(0, "in_humidityrelative_input", "45123");
        Iio(0, "in_pressure_input", "101.325000000");
        Iio(1, "name", "hdc100x");
        Iio(1, "in_temp_raw", "24000");
        Iio(1, "in_temp_offset", "-15887.515151");
        Iio(1, "in_temp_scale", "2.517700");
        Iio(1, "in_humidityrelative_raw", "30000");
        Iio(1, "in_scale", "1.5");
        Assert.Equal(
            "bme280_humidity=45.123 bme280_pressure=101.325 bme280_temperature=21.34 hdc100x_humidity=45 hdc100x_temperature=20.4248",
            await PollOnceAsync());
    }

    [Fact]
    public async Task ReadAsync_IioScaleOfZero_IsLeftOutAndNamed()
    {
        Iio(0, "name", "hdc100x");
        Iio(0, "in_temp_raw", "24000");
        Iio(0, "in_temp_scale", "0.000000");
        Iio(0, "in_humidityrelative_input", "45123");
        Assert.Equal("hdc100x_humidity=45.123", await PollOnceAsync());
        Assert.Contains(_logger.Entries, e => e.Text.Contains("in_temp_scale: a scale of 0 makes every value 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_OneWireThermometers_AreNamedByTheirIds()
    {
        _sys.Write("bus/w1/devices/28-0316a2794bff/w1_slave", "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n");
        _sys.Write("bus/w1/devices/28-0000000000aa/w1_slave", "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n");
        _sys.Write("bus/w1/devices/w1_bus_master1/w1_master_slaves", "28-0316a2794bff\n");
        Assert.Equal("w1_28_0316a2794bff=23.125", await PollOnceAsync());
    }

    [Fact]
    public async Task ReadAsync_SensorThatFailsAndRecovers_IsToldOnceEachTime()
    {
        Zone(0, "cpu", "40000");
        Zone(1, "bad", "garbage");
        await using var source = Source().ReadAsync(CancellationToken.None).GetAsyncEnumerator();

        Assert.Equal("cpu=40", await NextAsync(source));
        Assert.Equal("cpu=40", await NextAsync(source));
        Zone(1, "bad", "41000");
        Assert.Equal("bad=41 cpu=40", await NextAsync(source));
        Directory.Delete(_sys.File("class/thermal/thermal_zone1"), recursive: true);
        Assert.Equal("cpu=40", await NextAsync(source));

        Assert.Equal([2008, 2009, 2008], _logger.Entries.Where(e => e.Text.StartsWith("Sensor bad ", StringComparison.Ordinal)).Select(e => e.Id));
    }

    [Fact]
    public async Task ReadAsync_NoSensors_SaysSoAndGivesNoReading()
    {
        await using var source = Source().ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        var next = source.MoveNextAsync().AsTask();
        await _time.WaitForTimersAsync(1);
        Zone(0, "cpu", "40000");
        _time.Advance(Interval);
        Assert.True(await next);
        Assert.Equal(2010, _logger.Entries[0].Id);
        Assert.Equal("cpu=40", Text(source.Current));
    }

    [Fact]
    public async Task ReadAsync_FileThatHangs_IsGivenUpAfterTheTimeout()
    {
        // A FIFO without a writer blocks whoever opens it, as a hung driver does.
        var path = _sys.File("hanging");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", path)) await mkfifo.WaitForExitAsync();
        var sysfs = new Sysfs(_sys.Path, TimeSpan.FromSeconds(2), _time);

        var first = sysfs.ReadAsync(path, CancellationToken.None);
        await _time.WaitForTimersAsync(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("no answer within 2 s", (await first).Problem, StringComparison.Ordinal);
        Assert.Contains("still hangs", (await sysfs.ReadAsync(path, CancellationToken.None)).Problem, StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, "1");
    }

    private async Task<string> PollOnceAsync()
    {
        await using var source = Source().ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        return await NextAsync(source);
    }

    private async Task<string> NextAsync(IAsyncEnumerator<Sample> source)
    {
        var next = source.MoveNextAsync();
        if (!next.IsCompleted)
        {
            var task = next.AsTask();
            while (!task.IsCompleted)
            {
                await Task.WhenAny(task, _time.WaitForTimersAsync(1));
                if (!task.IsCompleted && _time.NextTimer == Interval) _time.Advance(Interval);
                else await Task.Yield();
            }

            Assert.True(await task);
        }

        return Text(source.Current);
    }

    private LinuxSource Source()
    {
        var sysfs = new Sysfs(_sys.Path, TimeSpan.FromSeconds(2), _time);
        return new LinuxSource(
            [new ThermalZones(sysfs), new HardwareMonitors(sysfs), new IndustrialIo(sysfs), new OneWireThermometers(sysfs)],
            new SensorRegister(_state.Path, new HashSet<string> { "timestamp", "serial_number" }, new SourceOptions(), _logger),
            _states, new SourceOptions { Interval = Interval }, _counted.Metrics, new LoopWatch(_time).Pulse("sensing"), _time, _logger);
    }

    private static string Text(Sample sample) =>
        string.Join(' ', sample.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={((ReadingValue.Number)a.Value).Digits}"));

    private void Zone(int number, string type, string milli)
    {
        _sys.Write($"class/thermal/thermal_zone{number}/type", type + "\n");
        _sys.Write($"class/thermal/thermal_zone{number}/temp", milli + "\n");
    }

    private void Hwmon(int number, string file, string text) => _sys.Write($"class/hwmon/hwmon{number}/{file}", text + "\n");

    private void Iio(int number, string file, string text) => _sys.Write($"bus/iio/devices/iio:device{number}/{file}", text + "\n");
}
